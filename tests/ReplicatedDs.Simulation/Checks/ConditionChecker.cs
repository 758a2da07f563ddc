using ReplicatedDs.Causality.Core;
using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Checks;

/// <summary>A conditional write that was accepted found its conditions true at this replica, at the moment of its update.</summary>
internal sealed class ConditionChecker(History history, SimulatedCluster cluster) : Checker
{
    public override void Delivering(SimulatedReplica at, WrittenUpdate written, WriteRequest? request)
    {
        foreach (var (key, dot) in request?.Conditions ?? [])
        {
            var versions = history.Of(at).Keys.Find(key);
            var holds = dot is { } wanted
                ? versions.Count > 0 && versions[0].Dot == wanted && !versions[0].IsDelete
                    && versions.Skip(1).All(beaten => beaten.IsDelete && cluster.HasEverybody(beaten.Dot)) // may have been forgotten
                : versions.Count == 0 || versions[0].IsDelete;
            Require(holds, at, () => $"accepted {written.Update.Dot} on {key}={dot}, but there was [{string.Join(' ', versions)}]");
        }
    }

    public override void Replied(SimulatedReplica at, Request request, RequestResult result)
    {
        if (request is not WriteRequest write || result is not ConditionFailed failed)
        {
            return;
        }

        var condition = write.Conditions.First(one => one.Key == failed.Key);
        Require(
            condition.Dot is { } wanted ? failed.Current.Length != 1 || failed.Current[0] != wanted : failed.Current.Length > 0,
            at,
            () => $"refused a write on {failed.Key}={condition.Dot} although it held: {Describe.Dots(failed.Current)}");
    }
}
