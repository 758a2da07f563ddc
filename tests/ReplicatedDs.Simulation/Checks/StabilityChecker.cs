using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Checks;

/// <summary>
/// R4: every update that a replica has not delivered, even one of a member that it does not know, depends on everything that the replica
/// calls stable; so does everything that anybody may still write. Guests are left out: they have no row, which is why they exist in the lab only.
/// </summary>
internal sealed class StabilityChecker(History history, SimulatedCluster cluster) : Checker
{
    private readonly SortedDictionary<int, (long Epoch, VectorClock Clock, Counts Stable)> _stable = [];

    public override void Delivering(SimulatedReplica at, WrittenUpdate written, WriteRequest? request)
    {
        if (written.IsOfGuest || history.Find(written.Update.Dot) is not null)
        {
            return;
        }

        foreach (var other in cluster.Running)
        {
            if (other != at && _stable.TryGetValue(other.Id.Value, out var known) && known.Epoch == other.Epoch)
            {
                Require(
                    written.Dependencies.IsAtLeast(known.Stable),
                    at,
                    () => $"wrote {Describe.Update(written.Update)}, which does not cover {known.Stable}, stable at {other.Label}");
            }
        }
    }

    public override void Published(SimulatedReplica at, IReadOnlyList<ReplicaInput> inputs, ReplicaOutput output)
    {
        var clock = at.Core!.Stable;
        var before = _stable.TryGetValue(at.Id.Value, out var known) && known.Epoch == at.Epoch ? known.Clock : VectorClock.Empty;
        if (ReferenceEquals(clock, before) || clock.Equals(before))
        {
            return;
        }

        // What is retired is called stable too: everybody has all of it, and everything still to come depends on it (R8).
        var stable = Counts.Of(clock, output.State.Members);
        Require(stable.IsAtLeast(Counts.Of(before)), at, () => $"its stable vector fell from {before} to {clock}");
        _stable[at.Id.Value] = (at.Epoch, clock, stable);
        var mine = history.Of(at);
        Require(mine.Delivered.IsAtLeast(stable), at, () => $"calls {clock} stable, but delivered {mine.Delivered}");
        foreach (var written in history.All)
        {
            Require(
                written.IsOfGuest || mine.Delivered.Has(written.Update.Dot) || written.Dependencies.IsAtLeast(stable) || cluster.IsLost(written.Update.Dot),
                at,
                () => $"calls {clock} stable, but {Describe.Update(written.Update)}, not delivered here, is concurrent to it");
        }

        foreach (var other in cluster.Replicas)
        {
            var status = output.State.Members.Find(other.Id)?.Status;
            if (other.Phase is ReplicaPhase.Running or ReplicaPhase.Down && status is not MemberStatus.Departed && !other.IsOlderCopy)
            {
                // Of one that this replica does not know yet, only what it may write counts: nothing before its activation.
                Require(
                    history.Of(other).Delivered.IsAtLeast(stable),
                    at,
                    () => $"calls {clock} stable, but {other.Label} has only {history.Of(other).Delivered}");
            }
        }
    }
}
