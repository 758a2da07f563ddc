using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Ids;
using ReplicatedDs.Replica.Replication;

namespace ReplicatedDs.Replica.Runtime;

/// <summary>Ids for guests: from the same allocator as those of joiners.</summary>
internal sealed class ReplicaIdSource(IReplicaNode node, IIdAllocator allocator, PeerClient peers) : IReplicaIdSource
{
    public Task<ReplicaId> NextAsync(CancellationToken cancellationToken)
    {
        var self = node.Identity ?? throw new NodeUnavailableException("This replica is not a member of a cluster yet.");
        var highest = node.State.Members.HighestId;
        return allocator.AllocateAsync(
            self.ClusterId,
            highest,
            async cancel => (await peers.DescribeAllAsync(cancel).ConfigureAwait(false))
                .Select(peer => new ReplicaId(peer.Cluster.HighestId))
                .Append(highest)
                .Max(),
            cancellationToken);
    }
}
