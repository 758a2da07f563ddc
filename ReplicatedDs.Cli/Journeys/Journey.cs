using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Cli.Feeds;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Cli.Journeys;

/// <summary>The way of one update through the cluster, from the events that the replicas still keep.</summary>
/// <param name="Dependencies">What it needs; <c>null</c> if its write is not among the events.</param>
/// <param name="Missing">The replicas that told their events but none of having applied it.</param>
internal sealed record Journey(
    Dot Dot, IReadOnlyList<string> Keys, IReadOnlyDictionary<string, long>? Dependencies, string? TraceId, IReadOnlyList<JourneyStep> Steps, IReadOnlyList<string> Missing)
{
    public static Journey Of(Dot dot, IReadOnlyList<Feed> feeds)
    {
        var name = dot.ToString();
        var events = EventOrder.Merge([.. feeds.Select(feed => (IReadOnlyList<EventView>)[.. feed.Events.Where(one => one.Dot == name)])]);
        var write = events.FirstOrDefault(one => one.Kind == EventKinds.Write);
        var start = write?.T ?? events.FirstOrDefault()?.T ?? 0;
        var arrivals = new Dictionary<int, long>();
        var steps = new List<JourneyStep>();
        foreach (var one in events)
        {
            if (one.Kind == EventKinds.Arrive)
            {
                arrivals.TryAdd(one.Replica, one.T);
            }

            if (Step(one, arrivals) is var (kind, detail))
            {
                steps.Add(new JourneyStep(Math.Max(0, one.T - start), one.Replica, kind, detail));
            }
        }

        var have = events.Where(one => one.Kind is EventKinds.Write or EventKinds.Apply).Select(one => one.Replica).ToHashSet();
        return new Journey(
            dot,
            events.FirstOrDefault(one => one.Keys.Count > 0)?.Keys ?? [],
            write?.Deps,
            events.FirstOrDefault(one => one.TraceId is not null)?.TraceId,
            steps,
            [.. feeds.Where(feed => feed.Problem is null && feed.Target.Id is { } id && !have.Contains(id)).Select(feed => feed.Target.Label)]);
    }

    private static (string Kind, string Detail)? Step(EventView one, Dictionary<int, long> arrivals) => one.Kind switch
    {
        EventKinds.Write => ("written", one.Deps.Count == 0 ? "depends on nothing" : $"depends on {string.Join(' ', one.Deps.Select(entry => $"{entry.Key}#{entry.Value}"))}"),
        EventKinds.Send => ("sent", $"to r{one.Peer}"),
        EventKinds.Arrive => ("arrived", $"from r{one.Peer}"),
        EventKinds.Buffer => ("waits", $"for {Dots.Some(one.Missing, one.MissingCount)}{(one.WouldBeVisible ? "; without causal delivery it would be visible now" : "")}"),
        EventKinds.Apply => ("applied", Waited(one, arrivals)),
        EventKinds.Duplicate => ("duplicate", $"from r{one.Peer}"),
        EventKinds.Drop => ("dropped", one.Detail ?? ""),
        _ => null,
    };

    private static string Waited(EventView one, Dictionary<int, long> arrivals) =>
        one.Missing.Count > 0 && arrivals.TryGetValue(one.Replica, out var arrived)
            ? string.Create(CultureInfo.InvariantCulture, $"after waiting {Times.Span(TimeSpan.FromMicroseconds(one.T - arrived))} for {Dots.Some(one.Missing, one.MissingCount)}")
            : "at once";
}
