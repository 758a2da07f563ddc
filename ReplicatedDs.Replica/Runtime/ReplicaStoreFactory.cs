using ReplicatedDs.Replica.Storage;
using ReplicatedDs.Replica.Storage.Redis;

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
        LimitsOf(options),
        options.Values);

    // The log is cut, and values count as confirmed, at checkpoints: a small bound of either asks for more of them.
    private static StoreLimits LimitsOf(ReplicaOptions options) => new()
    {
        LogBytesKept = options.LogBytesKept,
        LogBytesMax = options.LogBytesMax,
        CheckpointBytes = Math.Min(options.LogBytesMax, options.Values?.UnconfirmedBytesMax ?? long.MaxValue) / 4,
    };

    /// <summary>Looks whether the Redis Cluster can keep values. That it does not answer yet is no reason not to start: what was written is in the log.</summary>
    /// <exception cref="ConfigurationException">It cannot; the message says why.</exception>
    public async Task CheckValuesAsync(CancellationToken cancellationToken)
    {
        if (options.Values is not { } values)
        {
            return;
        }

        var redis = new RedisCluster(values.Servers, values.User, values.Password, time);
        await using (redis.ConfigureAwait(false))
        {
            try
            {
                if (await RedisClusterCheck.ObjectionAsync(redis, cancellationToken).ConfigureAwait(false) is { } objection)
                {
                    throw new ConfigurationException(objection);
                }
            }
            catch (RedisException exception)
            {
                logger.RedisNotYet(exception.Message);
            }
        }
    }
}
