using ReplicatedDs.Causality.Values;
using ReplicatedDs.Replica.Storage.Redis;

namespace ReplicatedDs.Replica.Storage.Values;

/// <summary>How a replica keeps its values in the site's Redis Cluster.</summary>
internal sealed record ValuesOptions
{
    /// <summary>Where servers of the cluster are (<c>Storage:RedisCluster</c>); the others are learnt from these.</summary>
    public required IReadOnlyList<RedisEndpoint> Servers { get; init; }

    /// <summary><c>Storage:RedisUser</c>.</summary>
    /// <value><c>null</c>: the default user.</value>
    public string? User { get; init; }

    /// <summary><c>Storage:RedisPassword</c>, or what is in the file <c>Storage:RedisPasswordFile</c>.</summary>
    public string? Password { get; init; }

    /// <summary>Values up to this size stay in the memory of the replica (<c>Storage:InlineBytes</c>).</summary>
    /// <value>64 by default; at least <see cref="KeyVersion.IntegerBytesMax"/>.</value>
    public int InlineBytes { get; init; } = 64;

    /// <summary>From how many bytes of the log on, whose values no replica of the Redis Cluster has confirmed, nothing more is taken (<c>Storage:UnconfirmedMegabytes</c>).</summary>
    /// <value>1 GB by default.</value>
    public long UnconfirmedBytesMax { get; init; } = 1L << 30;

    /// <summary>Bytes of values that were read lately and stay in memory (<c>Storage:CacheMegabytes</c>).</summary>
    /// <value>64 MB by default.</value>
    public long CacheBytes { get; init; } = 64 << 20;

    /// <summary>How long an overwritten value stays after the checkpoint that no longer names it: longer than a read takes.</summary>
    public TimeSpan DeleteAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often everything of this replica in the Redis Cluster is looked through for what no key names.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How often the Redis Cluster is asked who the masters are when nothing else makes that necessary.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Without the password.</summary>
    public override string ToString() => string.Join(',', Servers);
}
