namespace ReplicatedDs.Replica.Ids;

/// <summary>The allocator gave no id; the message says why and what to do.</summary>
/// <param name="isTransient">Whether trying again later may help.</param>
public sealed class IdAllocatorException(string message, bool isTransient, Exception? inner = null) : Exception(message, inner)
{
    public bool IsTransient { get; } = isTransient;
}
