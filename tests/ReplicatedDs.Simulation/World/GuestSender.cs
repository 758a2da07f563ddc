using System.Globalization;
using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Simulation.World;

/// <summary>Somebody in the lab who makes updates under a guest's id and delivers them by hand, not always in order and more than once.</summary>
internal sealed class GuestSender(SimulatedCluster cluster, SeededRandom random, ReplicaId id)
{
    private readonly List<Update> _made = [];
    private VectorClock _clock = VectorClock.Empty;

    public ReplicaId Id => id;

    public bool IsAdmitted { get; set; }

    public void Deliver(SimulatedReplica replica)
    {
        if (!IsAdmitted || replica.Published.Members.Find(id) is null)
        {
            return;
        }

        if (_made.Count == 0 || random.Chance(60))
        {
            _made.Add(Make(replica));
        }

        var update = random.Pick(_made);
        cluster.Faults.Add(FaultKind.Guest);
        replica.Submit(tag => new HandDelivery(tag, update), _ => { });
    }

    private Update Make(SimulatedReplica replica)
    {
        // It has seen what this replica shows and its own updates; at or above the stable vector by that.
        var dot = new Dot(id, _made.Count + 1);
        var dependencies = _clock.Merge(replica.Published.Delivered).With(id, dot.Counter - 1);
        _clock = dependencies.With(dot);
        var key = string.Create(CultureInfo.InvariantCulture, $"k{random.Below(cluster.Options.Keys)}");
        return new Update(
            dot, dependencies, new HybridTimestamp(_clock.Sum(entry => entry.Counter)), [new SetOperation(key, Encoding.UTF8.GetBytes($"guest {dot}"), null)]);
    }
}
