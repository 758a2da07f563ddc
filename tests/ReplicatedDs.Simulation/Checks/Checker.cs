using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Checks;

/// <summary>
/// Watches a run and throws <see cref="SimulationFailure"/> when a promise is broken. It never trusts what a core says of itself where it
/// can count for itself.
/// </summary>
internal abstract class Checker
{
    /// <summary>An update became durable at a replica; <see cref="History"/> does not count it there yet.</summary>
    /// <param name="request">The client's write that it answers, if this is its origin and it is answered now.</param>
    public virtual void Delivering(SimulatedReplica at, WrittenUpdate written, WriteRequest? request)
    {
    }

    /// <summary>A step's output is durable and its root visible.</summary>
    public virtual void Published(SimulatedReplica at, IReadOnlyList<ReplicaInput> inputs, ReplicaOutput output)
    {
    }

    /// <summary>A step was undone after its append failed.</summary>
    public virtual void RolledBack(SimulatedReplica at)
    {
    }

    public virtual void Sent(SimulatedReplica from, PeerMessage message)
    {
    }

    public virtual void Replied(SimulatedReplica at, Request request, RequestResult result)
    {
    }

    /// <summary>A process starts with <paramref name="state"/>.</summary>
    public virtual void Recovered(SimulatedReplica at, ReplicaState state)
    {
    }

    /// <summary>A replica's disk is an older image from now on: what it had announced it may lack.</summary>
    public virtual void WentBack(SimulatedReplica at)
    {
    }

    /// <summary>A replica left for ever.</summary>
    public virtual void Exited(SimulatedReplica at)
    {
    }

    /// <summary>A session was answered from the published root of a replica.</summary>
    public virtual void Read(ClientSession session, SimulatedReplica at, ReplicaState root, IReadOnlyList<string> keys)
    {
    }

    /// <summary>A session's write was answered.</summary>
    public virtual void Wrote(ClientSession session, SimulatedReplica at, Written written)
    {
    }

    /// <summary>The cluster healed and came to rest.</summary>
    public virtual void Finished(SimulatedCluster cluster)
    {
    }

    protected void Fail(SimulatedReplica at, string message) => throw new SimulationFailure(GetType().Name, $"{at.Label}: {message}");

    protected void Require(bool condition, SimulatedReplica at, Func<string> message)
    {
        if (!condition)
        {
            Fail(at, message());
        }
    }
}
