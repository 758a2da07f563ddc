using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Replica.Replication;

/// <summary>
/// Which process speaks for each peer (R9). A folder that was copied could run twice: the one that is heard keeps the id, and one that took over
/// from a silent one keeps it for good. Used by the streams of all peers at once.
/// </summary>
internal sealed class PeerProcesses(TimeProvider time)
{
    /// <summary>One that was not heard for so long has ended, as far as anybody can tell. Peers are heard five times as often.</summary>
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(1);

    private readonly Dictionary<ReplicaId, (long Boot, ulong Process, long HeardAt)> _known = [];
    private readonly Lock _lock = new();

    /// <summary>Takes note of a message, and says whether its sender may speak for that peer.</summary>
    public PeerProcessVerdict Hear(ReplicaId peer, long boot, ulong process)
    {
        var now = time.GetTimestamp();
        lock (_lock)
        {
            if (_known.TryGetValue(peer, out var known) && known.Process != process)
            {
                if (time.GetElapsedTime(known.HeardAt, now) < SilentAfter)
                {
                    return boot < known.Boot ? PeerProcessVerdict.Superseded : PeerProcessVerdict.InUse;
                }

                if (boot <= known.Boot)
                {
                    return PeerProcessVerdict.Superseded;
                }
            }

            _known[peer] = (boot, process, now);
            return PeerProcessVerdict.Speaks;
        }
    }
}
