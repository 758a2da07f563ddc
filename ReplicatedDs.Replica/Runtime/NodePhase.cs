namespace ReplicatedDs.Replica.Runtime;

/// <summary>Where a replica is in its life.</summary>
public enum NodePhase
{
    /// <summary>It opens its data folder.</summary>
    Starting,

    /// <summary>It looks for a sponsor, an id and a snapshot, or waits to be activated.</summary>
    Joining,

    /// <summary>Active, but not yet as far as the peers that it can reach.</summary>
    CatchingUp,

    /// <summary>It reads, writes and is caught up: <c>/health</c> answers 200.</summary>
    Ready,

    Leaving,

    Stopping,
}
