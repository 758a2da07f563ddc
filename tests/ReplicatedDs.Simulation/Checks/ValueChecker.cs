using ReplicatedDs.Causality.Core;
using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Checks;

/// <summary>Each root shows exactly the values that follow from the updates delivered there: winner, siblings, tombstones, all keys of an update together.</summary>
internal sealed class ValueChecker(History history, SimulatedCluster cluster) : Checker
{
    public override void Published(SimulatedReplica at, IReadOnlyList<ReplicaInput> inputs, ReplicaOutput output)
    {
        var model = history.Of(at).Keys;
        foreach (var update in output.Append)
        {
            foreach (var key in update.Keys)
            {
                Compare(at, model, output.State, key);
            }
        }

        foreach (var key in output.Collected)
        {
            Compare(at, model, output.State, key);
        }
    }

    public override void Recovered(SimulatedReplica at, ReplicaState state)
    {
        var mine = history.Of(at);
        Require(mine.Delivered.Same(state), at, () => $"recovered {state.Delivered}; its disk holds {mine.Delivered}");
        CompareAll(at, mine.Keys, state);
    }

    public override void Read(ClientSession session, SimulatedReplica at, ReplicaState root, IReadOnlyList<string> keys)
    {
        foreach (var key in keys)
        {
            Compare(at, history.Of(at).Keys, root, key);
        }
    }

    public override void Finished(SimulatedCluster cluster)
    {
        foreach (var replica in cluster.Running)
        {
            CompareAll(replica, history.Of(replica).Keys, replica.Published);
        }
    }

    private void CompareAll(SimulatedReplica at, KeyModel model, ReplicaState state)
    {
        foreach (var key in model.Keys)
        {
            Compare(at, model, state, key);
        }

        foreach (var (key, value) in state.Keys.All)
        {
            Require(model.Knows(key), at, () => $"{key} has versions that nobody wrote: {value.Winner.Dot}");
        }
    }

    private void Compare(SimulatedReplica at, KeyModel model, ReplicaState state, string key)
    {
        if (model.Difference(key, state.Keys.Find(key), cluster.HasEverybody) is { } difference)
        {
            Fail(at, difference);
        }
    }
}
