namespace ReplicatedDs.Replica.Storage;

/// <summary>The data folder takes no writes now (full, read-only, failing); the message says what and what to do. Nothing was changed.</summary>
public class StorageUnavailableException(string message, bool isFull, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether it is for lack of space.</summary>
    public bool IsFull { get; } = isFull;
}
