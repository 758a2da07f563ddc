namespace ReplicatedDs.Simulation.World;

/// <summary>What a slot is doing.</summary>
internal enum ReplicaPhase
{
    /// <summary>No identity yet: it looks for a sponsor and a snapshot.</summary>
    Joining,

    /// <summary>A process with a core runs.</summary>
    Running,

    /// <summary>The process is dead, its disk is there.</summary>
    Down,

    /// <summary>It left for ever.</summary>
    Gone,

    /// <summary>It died for good; its disk is lost.</summary>
    Dead,
}
