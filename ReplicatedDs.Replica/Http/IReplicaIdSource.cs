using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Replica.Ids;

namespace ReplicatedDs.Replica.Http;

/// <summary>Fresh replica ids: the allocator, told what this replica and those that it can reach know.</summary>
public interface IReplicaIdSource
{
    /// <exception cref="IdAllocatorException">The allocator gave none.</exception>
    Task<ReplicaId> NextAsync(CancellationToken cancellationToken);
}
