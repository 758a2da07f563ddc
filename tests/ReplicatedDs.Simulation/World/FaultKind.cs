namespace ReplicatedDs.Simulation.World;

/// <summary>What can go wrong in a run. The names are those of the <c>--without</c> switch.</summary>
internal enum FaultKind
{
    /// <summary>Messages are lost.</summary>
    Loss,

    /// <summary>Messages arrive twice or more.</summary>
    Duplication,

    /// <summary>Messages are late and overtake each other.</summary>
    Delay,

    /// <summary>The sender is told that a message failed, whether it arrived or not.</summary>
    SendFailed,

    /// <summary>The cluster falls into two halves.</summary>
    Partition,

    /// <summary>Links fail in one direction.</summary>
    OneWay,

    /// <summary>A process dies and starts again from its disk.</summary>
    Crash,

    /// <summary>A process dies while it appends, and the append is gone.</summary>
    LostAppend,

    /// <summary>Appends fail for a while.</summary>
    DiskFull,

    /// <summary>Appends take long for a while.</summary>
    SlowDisk,

    /// <summary>A wall clock jumps forward or back.</summary>
    ClockJump,

    /// <summary>Wall clocks are off and drift from the start.</summary>
    ClockSkew,

    /// <summary>Replicas join under traffic.</summary>
    Join,

    /// <summary>Replicas leave under traffic.</summary>
    Leave,

    /// <summary>A lab hold on a link, with releases.</summary>
    Hold,

    /// <summary>A lab drop on a link.</summary>
    Drop,

    /// <summary>A lab delay on a link.</summary>
    LinkDelay,

    /// <summary>The delivery buffer holds only a handful of updates.</summary>
    SmallBuffer,

    /// <summary>Guests whose updates are delivered by hand.</summary>
    Guest,

    /// <summary>A replica dies for good and an operator evicts it.</summary>
    Evict,

    /// <summary>Logs forget what not everybody has: who was away takes a snapshot.</summary>
    LogCut,

    /// <summary>A replica starts from an older image of its disk: it must not write under its id again.</summary>
    OlderDisk,

    /// <summary>The id allocator loses its memory.</summary>
    AllocatorWiped,
}
