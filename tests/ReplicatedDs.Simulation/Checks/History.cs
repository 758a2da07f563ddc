using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Checks;

/// <summary>Everything that was ever durably written in a run, and what each replica has of it: the common ground of the checkers.</summary>
internal sealed class History
{
    private readonly SortedDictionary<Dot, WrittenUpdate> _updates = [];
    private readonly SortedDictionary<int, ReplicaKnowledge> _replicas = [];

    /// <summary>All updates by dot.</summary>
    public IEnumerable<WrittenUpdate> All => _updates.Values;

    public int Count => _updates.Count;

    public WrittenUpdate? Find(Dot dot) => _updates.GetValueOrDefault(dot);

    public void Add(WrittenUpdate written) => _updates.Add(written.Update.Dot, written);

    public ReplicaKnowledge Of(SimulatedReplica replica) => _replicas[replica.Id.Value];

    public void Install(SimulatedReplica replica, ReplicaKnowledge knowledge) => _replicas[replica.Id.Value] = knowledge;
}
