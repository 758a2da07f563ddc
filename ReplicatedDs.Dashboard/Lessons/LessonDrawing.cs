using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Scenario;

namespace ReplicatedDs.Dashboard.Lessons;

/// <summary>
/// The small space-time picture of a lesson, computed from what a step recorded: one lane per replica, one column per event, in the order
/// of their times.
/// </summary>
/// <param name="Lanes">The replicas, from top to bottom.</param>
/// <param name="Columns">How many columns there are.</param>
/// <param name="Marks">Events, each in a lane and a column.</param>
/// <param name="Ways">How updates went from their writer to the others.</param>
/// <param name="Waits">Where an update had arrived and waited.</param>
/// <param name="Stubs">Updates that a replica had not got when the picture was taken.</param>
/// <param name="Bands">From when until when links were held.</param>
/// <param name="Joins">Where a replica joined: its lane begins there.</param>
/// <param name="StepColumn">Where this step's events begin; <c>null</c>: it has none, or there are no others.</param>
public sealed record LessonDrawing(
    IReadOnlyList<CastMember> Lanes,
    int Columns,
    IReadOnlyList<LessonDrawing.Mark> Marks,
    IReadOnlyList<LessonDrawing.Way> Ways,
    IReadOnlyList<LessonDrawing.Wait> Waits,
    IReadOnlyList<LessonDrawing.Stub> Stubs,
    IReadOnlyList<LessonDrawing.Band> Bands,
    IReadOnlyDictionary<int, int> Joins,
    int? StepColumn)
{
    private const int TogetherMax = 4;

    public sealed record Mark(EventView Event, int Lane, int Column, int Writer, bool HasSiblings);

    public sealed record Way(int Writer, int FromLane, int FromColumn, int ToLane, int ToColumn);

    public sealed record Wait(int Lane, int From, int To);

    public sealed record Stub(int Writer, int FromLane, int FromColumn, int ToLane);

    /// <param name="Row">Bands that overlap have their words in rows of their own.</param>
    public sealed record Band(int From, int To, string Text, int Row);

    public static LessonDrawing From(LessonFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var lanes = frame.Cast;
        var held = new Dictionary<(int, int), int>();
        var bands = new List<(int From, int To, string Link)>();
        var marks = new List<Mark>();
        var siblings = frame.Events.Where(one => one.Kind == "SiblingMade").Select(one => (one.Replica, one.Dot)).ToHashSet();
        var joins = new Dictionary<int, int>();
        var columns = 0;
        var old = 0;

        // Of the same moment a write is the first: nothing of it is seen before.
        foreach (var one in frame.Events.OrderBy(one => one.T).ThenBy(one => one.Kind == "Write" ? 0 : 1))
        {
            var lane = LaneOf(lanes, one.Replica);
            if (one is { Kind: "LinkChanged", Peer: { } peer })
            {
                var link = (one.Replica, peer);
                var isHealed = one.Detail?.StartsWith("held", StringComparison.Ordinal) != true;
                if (!isHealed && held.TryAdd(link, columns))
                {
                    columns++; // A hold that is renewed is still the same.
                }
                else if (isHealed && held.Remove(link, out var from))
                {
                    bands.Add((from, columns++, $"r{link.Replica}→r{peer}"));
                }
            }
            else if (one is { Kind: "Join", Peer: { } joiner })
            {
                if (LaneOf(lanes, joiner) is >= 0 and var its && joins.TryAdd(its, columns))
                {
                    columns++;
                }
            }
            else if (lane >= 0 && one.Dot is { } dot && (one.Kind is "Write" or "Buffer" or "Apply" || (one.Kind == "Read" && frame.Reads.Contains(one.N))))
            {
                marks.Add(new Mark(one, lane, columns++, WriterOf(dot), one.Kind is "Apply" or "Write" && siblings.Contains((one.Replica, dot))));
            }
            else if (lane >= 0 && one.Kind == "Read" && frame.Reads.Contains(one.N))
            {
                marks.Add(new Mark(one, lane, columns++, one.Replica, false));
            }

            old = one.N <= frame.After ? columns : old;
        }

        bands.AddRange(held.Select(link => (link.Value, Math.Max(columns, 1), $"r{link.Key.Item1}→r{link.Key.Item2}")));
        var ways = new List<Way>();
        var stubs = new List<Stub>();
        foreach (var write in marks.Where(mark => mark.Event.Kind == "Write"))
        {
            for (var lane = 0; lane < lanes.Count; lane++)
            {
                // What a newcomer had from the start came with its state, not by a way of its own.
                var arrival = marks.Find(mark => mark.Lane == lane && (mark.Event.Kind is "Buffer" or "Apply") && mark.Event.Dot == write.Event.Dot);
                if (arrival is not null)
                {
                    ways.Add(new Way(write.Writer, write.Lane, write.Column, lane, arrival.Column));
                }
                else if (lane != write.Lane && held.ContainsKey((write.Event.Replica, lanes[lane].Id)))
                {
                    stubs.Add(new Stub(write.Writer, write.Lane, write.Column, lane));
                }
            }
        }

        var waits = marks.Where(mark => mark.Event.Kind == "Buffer")
            .Select(mark => new Wait(mark.Lane, mark.Column, marks.Find(other => other.Event.Kind == "Apply" && other.Lane == mark.Lane && other.Event.Dot == mark.Event.Dot)?.Column ?? columns)).ToList();
        return new LessonDrawing(lanes, Math.Max(columns, 1), marks, ways, waits, stubs, Merge(bands), joins, old > 0 && old < columns ? old : null);
    }

    /// <summary>Links are healed one after the other, and events fall in between: so near to each other they are one band.</summary>
    private static List<Band> Merge(List<(int From, int To, string Link)> bands)
    {
        var merged = new List<(int From, int To, List<string> Links)>();
        foreach (var (from, to, link) in bands.OrderBy(band => band.To))
        {
            if (merged.Count > 0 && to - merged[^1].To <= TogetherMax)
            {
                merged[^1].Links.Add(link);
                merged[^1] = (Math.Min(from, merged[^1].From), to, merged[^1].Links);
            }
            else
            {
                merged.Add((from, to, [link]));
            }
        }

        return [.. merged.Select((band, row) => new Band(band.From, band.To, band.Links.Count <= 2 ? $"held: {string.Join(", ", band.Links)}" : $"held: {band.Links.Count} links", row))];
    }

    private static int LaneOf(IReadOnlyList<CastMember> lanes, int replica)
    {
        for (var lane = 0; lane < lanes.Count; lane++)
        {
            if (lanes[lane].Id == replica)
            {
                return lane;
            }
        }

        return -1;
    }

    private static int WriterOf(string dot) => int.TryParse(dot.AsSpan(0, Math.Max(0, dot.IndexOf('#', StringComparison.Ordinal))), System.Globalization.CultureInfo.InvariantCulture, out var writer) ? writer : 0;
}
