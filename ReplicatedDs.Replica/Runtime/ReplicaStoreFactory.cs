using ReplicatedDs.Replica.Storage;

namespace ReplicatedDs.Replica.Runtime;

/// <summary>Opens the replica's data folder: at the start, and again after it was moved aside.</summary>
internal sealed class ReplicaStoreFactory(ReplicaOptions options, TimeProvider time, ILogger<SqliteReplicaStore> logger)
{
    /// <exception cref="StorageUnavailableException">It cannot be opened; the message says why.</exception>
    public IReplicaStore Open() => SqliteReplicaStore.Open(
        options.Data,
        options.Durability,
        time,
        logger,
        new StoreLimits { LogBytesKept = options.LogBytesKept, LogBytesMax = options.LogBytesMax });
}
