namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>The cluster of one test class.</summary>
public abstract class ClusterFixture : IAsyncLifetime
{
    private TestCluster? _cluster;

    internal TestCluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster did not start.");

    internal virtual ClusterSpec Spec => new();

    public virtual async Task InitializeAsync() => _cluster = await TestCluster.StartAsync(Spec);

    public async Task DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}
