using System.Collections.Immutable;
using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Configuration;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Past;

/// <summary>
/// Makes the picture of an earlier moment. It puts what the log tells into the shape in which the live feeds tell it, so that what is late
/// and why is found out in one way for now and then.
/// </summary>
internal static class PastViewBuilder
{
    /// <param name="later">The events after it that are kept.</param>
    /// <param name="first">Each replica's clock when it was first heard.</param>
    /// <param name="live">The picture of now.</param>
    public static PastView Build(
        ClusterState state, EventView? last, SlotFrame frame, List<EventView> later, Dictionary<int, IReadOnlyDictionary<int, long>> first, ClusterView live)
    {
        var moment = new Moment(state.N, state.T > 0 ? state.T : (live.At - DateTimeOffset.UnixEpoch).Ticks / 10);
        var ids = frame.Slots.Select(slot => slot.Id).OfType<int>().ToList();
        var clocks = Clocks(state, ids, later, first);
        var slots = frame.Slots.Select(slot => SlotOf(slot, state, frame, clocks, ids, moment.At)).ToList();

        // The control API is as it is: it is needed for what is done now, not for the picture.
        var view = ViewBuilder.Build(-state.N - 1, moment.At, slots, live.Control with { IsReachable = false }, state.N);
        return new PastView(moment, last, view with { Control = live.Control, Lab = live.Lab }, Known(state));
    }

    public static IReadOnlyDictionary<int, IReadOnlyDictionary<int, long>> Known(ClusterState state) =>
        state.Replicas.Where(entry => entry.Value.Stable is not null).ToDictionary(entry => entry.Key, entry => (IReadOnlyDictionary<int, long>)ReadClock(entry.Value.Stable!));

    /// <summary>
    /// The clocks, whole: of an origin of which a replica has told nothing yet, its next update tells what came before it, because the updates
    /// of one origin become visible in their order; if none came since, it is as it was when the replica was first heard.
    /// </summary>
    private static Dictionary<int, Dictionary<int, long>> Clocks(ClusterState state, List<int> ids, List<EventView> later, Dictionary<int, IReadOnlyDictionary<int, long>> first)
    {
        var origins = ids.Concat(state.Replicas.Keys).Concat(state.Replicas.Values.SelectMany(replica => replica.Clock.Keys)).Distinct().ToList();
        var clocks = ids.ToDictionary(id => id, id => state.Replicas.TryGetValue(id, out var replica) ? new Dictionary<int, long>(replica.Clock) : []);
        var open = ids.SelectMany(id => origins.Where(origin => !clocks[id].ContainsKey(origin)).Select(origin => (id, origin))).ToHashSet();
        if (open.Count == 0)
        {
            return clocks;
        }

        foreach (var one in later)
        {
            if (one.Kind is "Write" or "Apply" && Dot.TryParse(one.Dot, out var dot) && open.Remove((one.Replica, dot.Replica.Value)))
            {
                clocks[one.Replica][dot.Replica.Value] = dot.Counter - 1;
                if (open.Count == 0)
                {
                    return clocks;
                }
            }
        }

        foreach (var (id, origin) in open)
        {
            if (first.TryGetValue(id, out var clock))
            {
                clocks[id][origin] = clock.GetValueOrDefault(origin);
            }
        }

        return clocks;
    }

    private static SlotPicture SlotOf(SlotState slot, ClusterState state, SlotFrame frame, Dictionary<int, Dictionary<int, long>> clocks, List<int> ids, DateTimeOffset at)
    {
        var place = new ReplicaSlot(slot.Name, new Uri(slot.Address));
        if (slot.Id is not { } id)
        {
            return new SlotPicture(place, new ResourceView(slot.Name, null, null, "NotStarted", null, null, null, null));
        }

        var replica = state.Replicas.GetValueOrDefault(id) ?? new ReplicaState();
        var isNewer = replica.TurnedAt > frame.T;
        var ended = isNewer ? replica.Ended : slot.State is ReplicaStates.Killed or ReplicaStates.Stopped or ReplicaStates.Down ? slot.State : null;
        var isSilent = !isNewer && slot.State == ReplicaStates.Silent;
        var clock = clocks[id].Where(entry => entry.Value > 0).ToDictionary(entry => entry.Key.ToString(CultureInfo.InvariantCulture), entry => entry.Value);
        var waiting = replica.Waiting.Values.Select(update => Waiting(update, clocks[id])).OfType<PendingUpdateView>().ToList();
        return new SlotPicture(
            place,
            new ResourceView(slot.Name, id, ended is null ? slot.Pid : null, ended is null ? "Running" : "Finished", null, null, null, null),
            Status(slot, id, isNewer, replica, waiting.Count),
            null,
            new ClockView(id, clock),
            new PendingView(id, waiting.Count, waiting),
            null,
            [.. ids.Where(peer => peer != id).Select(peer => Link(id, peer, state, frame, Queued(id, peer, state, clocks)))],
            null,
            ended is not null && replica.TurnedAt > 0 ? DateTimeOffset.UnixEpoch.AddTicks(replica.TurnedAt * 10) : at,
            isSilent,
            Ended: ended);
    }

    private static StatusView Status(SlotState slot, int id, bool isNewer, ReplicaState replica, int waiting)
    {
        var word = isNewer ? "active" : slot.State switch
        {
            ReplicaStates.Joining => "joining",
            ReplicaStates.Leaving => "leaving",
            ReplicaStates.RefusingWrites => "refusing-writes",
            _ => "active",
        };
        var counters = new CountersView(0, replica.Writes, replica.Applied, 0, replica.Prevented, 0, 0, waiting, 0);
        return new StatusView("", id, slot.Name, "", null!, word, null, true, 0, 0, "", "", counters, new DiskView("", 0, 0, true));
    }

    /// <summary>What it still missed then; <c>null</c>: it had become visible, though no event of it is in the log.</summary>
    private static PendingUpdateView? Waiting(WaitingUpdate update, Dictionary<int, long> clock)
    {
        bool IsVisible(string text) => Dot.TryParse(text, out var dot) && clock.GetValueOrDefault(dot.Replica.Value) >= dot.Counter;
        if (IsVisible(update.Dot) || !Dot.TryParse(update.Dot, out var own))
        {
            return null;
        }

        string[] missing = [.. update.Missing.Where(dot => !IsVisible(dot))];
        return new PendingUpdateView(
            update.Dot, own.Replica.Value, update.Keys, missing, missing.Length, DateTimeOffset.UnixEpoch.AddTicks(update.ArrivedAt * 10), 0, "missing-dependency");
    }

    private static LinkView Link(int from, int to, ClusterState state, SlotFrame frame, long queued)
    {
        if (!state.Links.TryGetValue((from, to), out var detail))
        {
            // It was so when the dashboard first looked, and no event has said otherwise.
            return frame.Faults.FirstOrDefault(link => link.From == from && link.To == to) is { } known && !(state.Replicas.GetValueOrDefault(from)?.TurnedAt > frame.T)
                ? new LinkView(to, known.Mode, known.DelayMs, known.JitterMs, known.DropPercent, null, queued)
                : new LinkView(to, "ok", 0, 0, 0, null, 0);
        }

        long[] numbers = [.. detail.Split(' ').Where(word => word.All(char.IsAsciiDigit) && word.Length is > 0 and < 10).Select(word => long.Parse(word, CultureInfo.InvariantCulture))];
        var first = numbers.Length > 0 ? (int)numbers[0] : 0;
        return detail.Split(' ', ':')[0] switch
        {
            "held" or "hold" => new LinkView(to, "hold", 0, 0, 0, null, queued),
            "drop" or "drops" => new LinkView(to, "drop", 0, 0, numbers.Length > 0 ? first : 100, null, queued),
            "delay" or "delayed" => new LinkView(to, "delay", first, numbers.Length > 1 ? (int)numbers[1] - first : 0, 0, null, queued),
            _ => new LinkView(to, "ok", 0, 0, 0, null, 0),
        };
    }

    /// <summary>How many updates of the one had not arrived at the other: those it neither shows nor keeps waiting.</summary>
    private static long Queued(int from, int to, ClusterState state, Dictionary<int, Dictionary<int, long>> clocks)
    {
        var (written, shown) = (clocks[from].GetValueOrDefault(from), clocks[to].GetValueOrDefault(from));
        var waiting = state.Replicas.GetValueOrDefault(to)?.Waiting.Keys.Count(name => Dot.TryParse(name, out var dot) && dot.Replica.Value == from && dot.Counter > shown) ?? 0;
        return Math.Max(0, written - shown - waiting);
    }

    /// <summary>Reads <c>{1:5, 2:3}</c>.</summary>
    private static ImmutableSortedDictionary<int, long> ReadClock(string text)
    {
        var clock = ImmutableSortedDictionary.CreateBuilder<int, long>();
        foreach (var entry in text.Trim('{', '}').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = entry.Split(':');
            if (parts.Length == 2
                && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var counter))
            {
                clock[id] = counter;
            }
        }

        return clock.ToImmutable();
    }
}
