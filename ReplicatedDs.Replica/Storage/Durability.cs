namespace ReplicatedDs.Replica.Storage;

/// <summary>When a write counts as durable, so when it is acknowledged.</summary>
public enum Durability
{
    /// <summary>
    /// On the disk (fsync). Survives the end of the process at any instruction, a crash of the system and a loss of power, as far as the
    /// disk keeps what it confirmed.
    /// </summary>
    Fsync,

    /// <summary>
    /// Handed to the operating system. Survives the end of the process at any instruction (SIGKILL included); a crash of the system or a
    /// loss of power may take the newest writes. What remains is always a prefix in the order of delivery.
    /// </summary>
    Os,

    /// <summary>In this process only: nothing survives its end, and the replica takes a new id at the next start.</summary>
    Memory,
}
