using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Replica.Ids;

/// <summary>
/// Hands out replica ids: each larger than every id used before (R2). Atomic over all processes that share it.
/// </summary>
public interface IIdAllocator
{
    /// <summary><c>redis</c> or <c>file</c>.</summary>
    string Kind { get; }

    /// <summary>Binds an unused allocator to a new cluster and takes id 1 for its founder.</summary>
    /// <exception cref="IdAllocatorException">It already belongs to a cluster, or cannot be reached.</exception>
    Task FoundAsync(string clusterId, CancellationToken cancellationToken);

    /// <summary>
    /// The next id: max(counter, <paramref name="highestKnown"/>) + 1. If the allocator has lost its memory (wiped, or of another kind than before) it
    /// first asks <paramref name="highestAnywhere"/> for the highest id that any reachable member knows and continues at the next multiple
    /// of 1,024 above it.
    /// </summary>
    /// <exception cref="IdAllocatorException">It belongs to another cluster, or cannot be reached; the message says which.</exception>
    Task<ReplicaId> AllocateAsync(
        string clusterId, ReplicaId highestKnown, Func<CancellationToken, Task<ReplicaId>> highestAnywhere, CancellationToken cancellationToken);
}
