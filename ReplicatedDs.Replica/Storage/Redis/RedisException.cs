namespace ReplicatedDs.Replica.Storage.Redis;

/// <summary>A Redis server did not do what it was asked for; the message says which one and why, as part of a sentence.</summary>
internal sealed class RedisException(string message, Exception? inner = null) : Exception(message, inner);
