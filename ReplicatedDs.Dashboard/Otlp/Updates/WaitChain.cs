using ReplicatedDs.Dashboard.Otlp.Store;

namespace ReplicatedDs.Dashboard.Otlp.Updates;

/// <summary>What an update waited for at a replica, and what that waited for in turn: the wait that ended last is the one that counted.</summary>
internal static class WaitChain
{
    private const int DepthMax = 8;

    /// <summary>Everything that the update waited for there, in the order of the dots.</summary>
    public static IReadOnlyList<Blocker> Blockers(TraceStore store, ReplicaPart part)
    {
        var found = part.Missing.Select(dot => (Dot: dot, Update: store.Find(dot))).ToList();
        var last = part.IsWaiting ? null : found.MaxBy(one => one.Update?.PartAt(part.Replica)?.Visible ?? 0).Update;
        return
        [
            .. found.Select(one => new Blocker(
                one.Dot,
                one.Update?.TraceId ?? part.Links.FirstOrDefault(link => link.Dot == one.Dot)?.TraceId,
                one.Update,
                last is not null && one.Update == last && last.PartAt(part.Replica) is { Visible: not null })),
        ];
    }

    /// <summary>
    /// The critical path behind a wait: what ended it, what ended that one's wait at the same replica, and so on; empty when it did not wait
    /// or what it waited for is not here.
    /// </summary>
    public static IReadOnlyList<(UpdateTrace Update, ReplicaPart? Part)> Behind(TraceStore store, ReplicaPart part)
    {
        var chain = new List<(UpdateTrace, ReplicaPart?)>();
        for (var at = part; at is { HasWaited: true } && chain.Count < DepthMax;)
        {
            // Of a wait that goes on, the one that counts is among those that are not there yet.
            var (blockers, replica) = (Blockers(store, at), at.Replica);
            var next = at.IsWaiting
                ? blockers.Select(blocker => blocker.Update).FirstOrDefault(update => update is not null && update.Origin != replica && update.PartAt(replica)?.Visible is null)
                : blockers.FirstOrDefault(blocker => blocker.EndedLast)?.Update;
            if (next is null || chain.Exists(one => one.Item1.Dot == next.Dot))
            {
                break;
            }

            at = next.PartAt(part.Replica);
            chain.Add((next, at));
        }

        return chain;
    }

    /// <summary>The updates that waited for this one somewhere, the newest first, at most <paramref name="most"/>.</summary>
    public static IReadOnlyList<(UpdateTrace Update, ReplicaPart Part)> WaitedFor(TraceStore store, UpdateTrace update, int most) =>
    [
        .. (from other in store.Updates()
            from part in other.Parts
            where part.Missing.Contains(update.Dot)
            orderby other.Start descending
            select (other, part)).Take(most),
    ];
}
