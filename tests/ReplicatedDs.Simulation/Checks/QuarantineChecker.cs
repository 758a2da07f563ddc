using ReplicatedDs.Causality.Core;
using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Checks;

/// <summary>
/// R10: all replicas deliver the same updates under the same names, by the running digests that they compare with each heartbeat, and nothing that
/// travels becomes unreadable.
/// </summary>
internal sealed class QuarantineChecker : Checker
{
    public override void Published(SimulatedReplica at, IReadOnlyList<ReplicaInput> inputs, ReplicaOutput output)
    {
        foreach (var alarm in output.Alarms)
        {
            throw new SimulationFailure(nameof(QuarantineChecker), $"{at.Label}: {alarm.Reason}");
        }
    }
}
