using ReplicatedDs.RedisServers;

namespace ReplicatedDs.Replica.Tests.Storage.Values;

/// <summary>One Redis Cluster for tests that break nothing in it.</summary>
public sealed class SharedRedisCluster : IAsyncLifetime
{
    private LocalRedisCluster? _cluster;

    internal LocalRedisCluster Cluster => _cluster!;

    public async Task InitializeAsync() => _cluster = await LocalRedisCluster.StartAsync();

    public async Task DisposeAsync() => await _cluster!.DisposeAsync();
}
