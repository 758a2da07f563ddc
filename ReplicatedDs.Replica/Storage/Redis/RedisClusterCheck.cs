namespace ReplicatedDs.Replica.Storage.Redis;

/// <summary>Looks whether servers can keep values: whether they are a Redis Cluster, and never throw anything away.</summary>
internal static class RedisClusterCheck
{
    /// <summary>What is wrong, as a sentence; <c>null</c>: nothing.</summary>
    /// <exception cref="RedisException">Nobody answers, so nothing can be said.</exception>
    public static async Task<string?> ObjectionAsync(RedisCluster cluster, CancellationToken cancellationToken)
    {
        RedisException? last = null;
        foreach (var seed in cluster.Seeds)
        {
            try
            {
                if (await InfoAsync(cluster, seed, "cluster", "cluster_enabled", cancellationToken).ConfigureAwait(false) == "0")
                {
                    return $"Storage:RedisCluster names {seed}, which is a Redis server but not one of a Redis Cluster (start it with cluster-enabled yes).";
                }
            }
            catch (RedisException exception)
            {
                last = exception;
                continue;
            }

            return await EvictionAsync(cluster, await cluster.AskAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }

        throw last!;
    }

    /// <summary>Which server may throw values away, as a sentence; <c>null</c>: none of those that answer.</summary>
    public static async Task<string?> EvictionAsync(RedisCluster cluster, RedisSlots slots, CancellationToken cancellationToken)
    {
        foreach (var endpoint in slots.All)
        {
            try
            {
                if (await InfoAsync(cluster, endpoint, "memory", "maxmemory_policy", cancellationToken).ConfigureAwait(false) is { } policy and not "noeviction")
                {
                    return $"The Redis server {endpoint} evicts keys when its memory is full (maxmemory-policy {policy}), and evicted values would be lost: set it to noeviction.";
                }
            }
            catch (RedisException)
            {
                // It is asked again when it is back.
            }
        }

        return null;
    }

    /// <summary>One field of <c>INFO</c>; <c>null</c> if the server does not give it.</summary>
    /// <exception cref="RedisException">It does not answer.</exception>
    public static async Task<string?> InfoAsync(RedisCluster cluster, RedisEndpoint endpoint, string section, string field, CancellationToken cancellationToken)
    {
        var connection = await cluster.OpenAsync(endpoint, cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var reply = await connection.SendAsync(RedisCluster.AnswerWithin, "INFO", section).ConfigureAwait(false);
            return reply.Error is { } error
                ? throw new RedisException($"{endpoint} says {error}")
                : reply.Text.Split("\r\n").Select(line => line.Split(':', 2)).FirstOrDefault(pair => pair[0] == field)?[1];
        }
    }
}
