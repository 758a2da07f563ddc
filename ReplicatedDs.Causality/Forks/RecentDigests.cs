using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Forks;

/// <summary>
/// The digests of the last updates of each origin, so that what a peer announces can be compared though this replica has delivered more meanwhile.
/// </summary>
internal sealed class RecentDigests
{
    /// <summary>Remembered per origin; a power of two.</summary>
    private const int Length = 1024;

    private readonly Dictionary<ReplicaId, (ulong[] Ring, long First, long Last)> _origins = [];

    public void Add(Dot dot, ulong digest)
    {
        var (ring, first, last) = _origins.TryGetValue(dot.Replica, out var known) ? known : (new ulong[Length], dot.Counter, 0);

        // After a hole (a snapshot) what was remembered is of no use; after a step that was rolled back it is written over.
        first = dot.Counter > last + 1 ? dot.Counter : Math.Max(Math.Min(first, dot.Counter), dot.Counter - Length + 1);
        ring[dot.Counter & (Length - 1)] = digest;
        _origins[dot.Replica] = (ring, first, dot.Counter);
    }

    /// <summary><see cref="StreamDigest.Unknown"/> if it is not remembered.</summary>
    public ulong Find(Dot dot) =>
        _origins.TryGetValue(dot.Replica, out var known) && dot.Counter >= known.First && dot.Counter <= known.Last
            ? known.Ring[dot.Counter & (Length - 1)]
            : StreamDigest.Unknown;
}
