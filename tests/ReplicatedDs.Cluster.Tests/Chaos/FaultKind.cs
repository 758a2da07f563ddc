namespace ReplicatedDs.Cluster.Tests.Chaos;

/// <summary>What happens to a cluster. Every round of a run has each of them once, in a random order.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL of a replica, which is started again.</summary>
    Kill,

    /// <summary>SIGKILL of two at once.</summary>
    KillTwo,

    /// <summary>Two groups that do not hear each other.</summary>
    Partition,

    /// <summary>One replica hears another one no more, but is heard.</summary>
    OneWay,

    /// <summary>What one replica writes is held back from another.</summary>
    Hold,

    /// <summary>Everything that a replica sends is late, by a random time.</summary>
    Delay,

    /// <summary>Of everything that a replica sends a third is lost.</summary>
    Loss,

    /// <summary>A replica is stopped in its tracks: its connections stay open and nothing answers.</summary>
    Freeze,

    /// <summary>SIGKILL of Redis, all its data deleted.</summary>
    RedisWiped,

    Join,

    /// <summary>A join while a member is dead.</summary>
    JoinWithOneDown,

    Leave,

    /// <summary>A dead member is evicted, and comes back late.</summary>
    Evict,
}
