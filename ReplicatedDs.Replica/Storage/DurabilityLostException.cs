namespace ReplicatedDs.Replica.Storage;

/// <summary>
/// The operating system could not put on the disk what it had taken before. It may have dropped it, so trying again would prove nothing: the process has to end, and
/// goes on from what the disk holds after a restart. Nobody was told yet that it is durable.
/// </summary>
public sealed class DurabilityLostException(string path, Exception inner)
    : Exception($"What was written to {path} could not be put on the disk ({inner.Message.TrimEnd('.')}). Check the disk, then start the replica again.", inner);
