using System.Security.Cryptography;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Ids;
using ReplicatedDs.Replica.Replication;
using ReplicatedDs.Replica.Storage;

namespace ReplicatedDs.Replica.Runtime;

/// <summary>How an empty data folder becomes a member: it founds a cluster if told to, else it joins one through a sponsor (R3).</summary>
internal sealed class Joiner(
    ReplicaOptions options, IIdAllocator allocator, PeerClient peers, TimeProvider time, ILogger<Joiner> logger)
{
    private static readonly TimeSpan RetryMin = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(2);

    // One for all attempts to found: an earlier one may have come through without its answer.
    private ReplicaIdentity? _founding;

    /// <summary>What a joiner is doing or waiting for, as a sentence; <c>null</c> once it is in.</summary>
    public string? Reason { get; private set; } = "This replica is starting.";

    /// <summary>Makes the store the home of a new identity and gives its state.</summary>
    /// <exception cref="ConfigurationException">Founding is refused.</exception>
    /// <exception cref="IdAllocatorException">The allocator belongs to another cluster.</exception>
    public async Task<ReplicaState> EnterAsync(IReplicaStore store, CancellationToken stop)
    {
        _founding = null;
        var state = options.Found ? await FoundAsync(store, stop).ConfigureAwait(false) : await JoinAsync(store, stop).ConfigureAwait(false);
        Reason = null;
        return state;
    }

    private async Task<ReplicaState> FoundAsync(IReplicaStore store, CancellationToken stop)
    {
        for (var wait = RetryMin; ; wait = Min(wait * 2, RetryMax))
        {
            // A peer that does not answer has no say: at the first start of a cluster the others are not there yet.
            if ((await peers.DescribeAllAsync(stop).ConfigureAwait(false)) is [var (address, cluster), ..])
            {
                throw new ConfigurationException(
                    $"This replica was told to found a cluster, but {address} already belongs to cluster {cluster.ClusterId}. Start it without Replica:Found to join that one.");
            }

            try
            {
                return await CreateAsync(store, stop).ConfigureAwait(false);
            }
            catch (IdAllocatorException exception) when (exception.IsTransient)
            {
                await WaitAsync(exception.Message, lacksId: true, wait, stop).ConfigureAwait(false);
            }
        }
    }

    private async Task<ReplicaState> CreateAsync(IReplicaStore store, CancellationToken stop)
    {
        var identity = _founding ??= new ReplicaIdentity(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), new ReplicaId(1), NewIncarnation());
        await allocator.FoundAsync(identity.ClusterId, stop).ConfigureAwait(false);
        await store.InitializeAsync(identity, ReplicaState.Empty, stop).ConfigureAwait(false);
        logger.Founded(identity.Id.Value, identity.ClusterId);
        return await BeginAsync(store, identity, stop).ConfigureAwait(false);
    }

    /// <summary>Appends the update that founds the cluster to the founder's empty log; after a crash in between, at the next start.</summary>
    public async Task<ReplicaState> BeginAsync(IReplicaStore store, ReplicaIdentity identity, CancellationToken stop)
    {
        var founding = ReplicaCore.Found(Admission(identity), time.Instant());
        var state = ReplicaCore.Replay(ReplicaState.Empty, [founding]);
        await store.AppendAsync([founding], isPromise: true, stop).ConfigureAwait(false);
        store.Published(state, [founding], [], VectorClock.Empty);
        return state;
    }

    private async Task<ReplicaState> JoinAsync(IReplicaStore store, CancellationToken stop)
    {
        for (var wait = RetryMin; ; wait = Min(wait * 2, RetryMax))
        {
            var known = await peers.DescribeAllAsync(stop).ConfigureAwait(false);
            var (reason, lacksId) = ("no active member of the cluster answers", false);
            if (known.FirstOrDefault(peer => peer.Cluster.IsActive) is ({ } sponsor, { } cluster))
            {
                if (known.FirstOrDefault(peer => peer.Cluster.ClusterId != cluster.ClusterId) is ({ } other, { } alien))
                {
                    throw new ConfigurationException(
                        $"{sponsor} belongs to cluster {cluster.ClusterId} but {other} to {alien.ClusterId}: check Cluster:Peers.");
                }

                try
                {
                    return await JoinThroughAsync(store, sponsor, cluster, HighestOf(known), stop).ConfigureAwait(false);
                }
                catch (JoinException exception)
                {
                    reason = exception.Message;
                }
                catch (IdAllocatorException exception) when (exception.IsTransient)
                {
                    (reason, lacksId) = (exception.Message, true);
                }
            }

            else if (options.Founder == options.Name && known.Count == 0)
            {
                // All others have to say so. One that does not answer may hold the cluster that this replica lost its folder of.
                reason = "not every peer has said yet that it has no cluster";
                if (await peers.HaveNoClusterAsync(stop).ConfigureAwait(false))
                {
                    try
                    {
                        return await CreateAsync(store, stop).ConfigureAwait(false);
                    }
                    catch (IdAllocatorException exception) when (exception.IsTransient)
                    {
                        (reason, lacksId) = (exception.Message, true);
                    }
                }
            }

            await WaitAsync(reason, lacksId, wait, stop).ConfigureAwait(false);
        }
    }

    /// <param name="lacksId">That passes only if somebody mends the allocator, so it is a warning.</param>
    private Task WaitAsync(string reason, bool lacksId, TimeSpan wait, CancellationToken stop)
    {
        if (Reason != reason)
        {
            Reason = reason;
            if (lacksId)
            {
                logger.WaitingForAnId(reason);
            }
            else
            {
                logger.WaitingToJoin(reason);
            }
        }

        return Task.Delay(wait, time, stop);
    }

    private async Task<ReplicaState> JoinThroughAsync(
        IReplicaStore store, Uri sponsor, ClusterDescription cluster, ReplicaId highest, CancellationToken stop)
    {
        var id = await allocator.AllocateAsync(
            cluster.ClusterId,
            highest,
            async cancel => HighestOf(await peers.DescribeAllAsync(cancel).ConfigureAwait(false)),
            stop).ConfigureAwait(false);
        var identity = new ReplicaIdentity(cluster.ClusterId, id, NewIncarnation());
        logger.JoiningThrough(sponsor, id.Value);
        var admitted = await peers.JoinAsync(
            sponsor,
            new JoinBody(
                identity.ClusterId, id.Value, identity.Incarnation.ToString(), options.Name, options.HttpAddress.ToString(), options.PeerAddress.ToString()),
            stop).ConfigureAwait(false);

        var progress = new Progress<long>(keys => Reason = $"reading the snapshot of {sponsor}: {keys} keys so far");
        await using var values = store.Values?.Import(identity);
        var state = await peers.SnapshotAsync(sponsor, progress, values, stop).ConfigureAwait(false);
        if (!state.Delivered.Covers(admitted))
        {
            throw new JoinException($"the snapshot of {sponsor} does not contain {admitted}, which admits this replica");
        }

        await store.InitializeAsync(identity, state, stop).ConfigureAwait(false);
        logger.TookSnapshot(id.Value, state.Keys.Count);
        return state;
    }

    private AdmitOperation Admission(ReplicaIdentity identity) =>
        new(identity.Id, identity.Incarnation, options.Name, options.HttpAddress.ToString(), options.PeerAddress.ToString());

    private static ReplicaId HighestOf(IEnumerable<(Uri Address, ClusterDescription Cluster)> known) =>
        new(known.Select(peer => peer.Cluster.HighestId).DefaultIfEmpty(0).Max());

    private static Incarnation NewIncarnation() => new(BitConverter.ToUInt128(RandomNumberGenerator.GetBytes(16)));

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
