namespace ReplicatedDs.Causality.Core;

/// <summary>Why a request was refused.</summary>
public enum RefusalReason
{
    /// <summary>This replica is still joining.</summary>
    NotActive,

    /// <summary>This replica is leaving or has left.</summary>
    Leaving,

    /// <summary>The peers know later updates of this replica than it does itself: its data folder is an older copy.</summary>
    OlderCopy,

    /// <summary>Two updates have this replica's name and one counter: somebody else wrote under its id, or it wrote from an older copy.</summary>
    Forked,

    /// <summary>The id is already taken or not above all known ones.</summary>
    IdTaken,

    /// <summary>No such peer.</summary>
    UnknownPeer,

    /// <summary>The update contradicts one that exists, or its sender may not write.</summary>
    Conflict,

    /// <summary>The last active member cannot leave: the data would be gone.</summary>
    LastMember,

    /// <summary>This replica was declared dead by an operator: it is no longer a member.</summary>
    Evicted,

    /// <summary>The survivors of an eviction would be no majority; the operator has to force it.</summary>
    NeedsForce,

    /// <summary>This replica has just started and asks the others whether its data folder is up to date.</summary>
    Verifying,

    /// <summary>Another process speaks under this replica's id: its data folder is a copy, or was copied.</summary>
    IdInUse,

    /// <summary>This replica's clock is too far ahead of the others'.</summary>
    ClockAhead,

    /// <summary>The operation id belongs to another write.</summary>
    OperationIdReused,
}
