namespace ReplicatedDs.Causality.Delivery;

/// <summary>Why an update waits.</summary>
public enum PendingReason
{
    /// <summary>Updates of other replicas that it depends on are not delivered yet.</summary>
    MissingDependency,

    /// <summary>Earlier updates of its own origin are not delivered yet.</summary>
    Gap,

    /// <summary>Its timestamp is further ahead of this replica's clock than the bound.</summary>
    ClockAhead,

    /// <summary>It depends on what was given up when its origin was evicted, or follows updates of an origin that is in quarantine: it will not be delivered by itself.</summary>
    Quarantined,
}
