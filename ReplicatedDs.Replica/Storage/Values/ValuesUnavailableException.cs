namespace ReplicatedDs.Replica.Storage.Values;

/// <summary>A value cannot be read, or none be taken, because the Redis Cluster does not do its part; the message says what and what to do. Nothing was changed.</summary>
public sealed class ValuesUnavailableException(string message, Exception? inner = null) : StorageUnavailableException(message, isFull: false, inner);
