using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;

namespace ReplicatedDs.Replica.Runtime;

/// <summary>
/// When a replica that started may say that it is ready: it holds what each reachable peer had when first heard of. A deadline ends the
/// waiting, since readiness is a courtesy to clients and never a matter of safety (R3).
/// </summary>
internal sealed class Readiness(long startedAt)
{
    /// <summary>For how long peers that were not heard of yet are waited for.</summary>
    private const long SilentPeersMax = 1_000_000;

    private const long Deadline = 10_000_000;

    private readonly Dictionary<ReplicaId, VectorClock> _targets = [];

    public bool IsReached(ReplicaCore core, Instant now)
    {
        var elapsed = now.MonotonicMicroseconds - startedAt;
        var isAnyoneSilent = false;
        foreach (var link in core.Links(now))
        {
            if (link.Delivered is { } announced)
            {
                _targets.TryAdd(link.Peer, announced);
            }
            else
            {
                isAnyoneSilent = true;
            }
        }

        return elapsed > Deadline
            || (core.Refusal is null && (!isAnyoneSilent || elapsed > SilentPeersMax) && _targets.Values.All(core.State.Delivered.Covers));
    }
}
