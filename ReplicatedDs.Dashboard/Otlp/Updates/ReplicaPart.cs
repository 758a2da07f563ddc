using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Dashboard.Otlp.Store;

namespace ReplicatedDs.Dashboard.Otlp.Updates;

/// <summary>What became of an update at one replica that did not write it. Times are nanoseconds since the Unix epoch.</summary>
/// <param name="Peer">From whom it came.</param>
/// <param name="Freed">When nothing was missing any more; <c>null</c>: it still waits. Equal to <paramref name="Arrived"/> if it did not wait.</param>
/// <param name="Visible">When readers there could see it; <c>null</c>: not yet.</param>
/// <param name="Missing">What it waited for: the exact dots that were missing when it arrived.</param>
/// <param name="Links">The traces of those, as far as the replica knew them.</param>
internal sealed record ReplicaPart(
    int Replica, int? Peer, long Arrived, long? Freed, long? Visible, IReadOnlyList<Dot> Missing, IReadOnlyList<SpanLink> Links)
{
    public bool IsWaiting => Visible is null;

    public bool HasWaited => Missing.Count > 0;

    /// <summary>How long it waited, by <paramref name="now"/> if it still does.</summary>
    public long Waited(long now) => HasWaited ? Math.Max(0, (Freed ?? now) - Arrived) : 0;
}
