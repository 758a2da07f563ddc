using System.Collections.Immutable;

namespace ReplicatedDs.Replica.Storage.Redis;

/// <summary>A range of slots of a Redis Cluster: who takes the writes, and who has copies.</summary>
/// <param name="MasterId">The master's name in the cluster, which stays when its address changes.</param>
internal sealed record RedisShard(int First, int Last, RedisEndpoint Master, string MasterId, ImmutableArray<RedisEndpoint> Replicas);
