namespace ReplicatedDs.Causality.Core;

/// <summary>
/// Deliberate faults for testing the tests: each breaks one rule, and the simulator and the checks must notice. Never set in production.
/// </summary>
internal enum CoreMutation
{
    None,

    /// <summary>Updates become visible in the order of their origin, whatever they depend on.</summary>
    SkipDependencyCheck,

    /// <summary>An update that was delivered before is applied again.</summary>
    ApplyDuplicates,

    /// <summary>Of concurrent writes the one that arrives last wins, and nobody keeps siblings.</summary>
    WinnerByArrival,

    /// <summary>Updates are acknowledged when they arrive in the buffer, so that what is lost from it stays lost.</summary>
    AcknowledgeBuffered,

    /// <summary>Of an update with several operations only the first becomes visible.</summary>
    TornUpdates,

    /// <summary>A delete forgets the key at once, tombstone and all.</summary>
    ForgetTombstones,

    /// <summary>Timestamps come from the wall clock alone, whatever was seen before.</summary>
    WallClockTimestamps,

    /// <summary>Conditions of writes are taken to hold.</summary>
    IgnoreConditions,

    /// <summary>A step whose append failed is not undone.</summary>
    KeepFailedSteps,

    /// <summary>Updates come from their origin or not at all.</summary>
    NoRepair,

    /// <summary>The stable vector uses what a member announced before its own updates up to there were delivered here (R4).</summary>
    RowsBeforeDelivery,

    /// <summary>A replica that leaves goes at once, whoever holds its updates (R6).</summary>
    LeaveWithoutHolders,

    /// <summary>A tombstone is forgotten as soon as it is seen, stable or not.</summary>
    CollectUnstable,

    /// <summary>An id leaves the clocks as soon as its member has departed, whoever lacks its updates (R8).</summary>
    RetireUnstable,

    /// <summary>A replica writes from an older image of its disk though its peers know better (R9).</summary>
    TrustOlderCopy,

    /// <summary>A write that two replicas took under one operation id counts twice.</summary>
    CountRepeated,

    /// <summary>A checkpoint is told of new keys, but not of those that changed.</summary>
    TellNewKeysOnly,

    /// <summary>A replica acknowledges what its disk may still lose, though it was told that it may not.</summary>
    PromiseRegardless,

    /// <summary>Nothing that a replica says needs a durable append.</summary>
    PromiseNothing,
}
