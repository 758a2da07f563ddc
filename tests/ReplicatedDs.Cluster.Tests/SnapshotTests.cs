using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.Cluster.Tests.Snapshots;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>A short run of <c>dotnet run -- snapshots</c>.</summary>
public sealed class SnapshotTests
{
    [Fact]
    public async Task Transaction_OfThreeKeys_IsNeverSeenInPart()
    {
        await using var cluster = await TestCluster.StartAsync();
        var result = await SnapshotRun.RunAsync(cluster, 20_000, leastChanges: 600);
        result.MustBeSound();
        Assert.True(result.Changes > 500, $"The readers saw only {result.Changes} changes: nothing was put to the test.");
    }

    /// <summary>A check that cannot fail is worth nothing.</summary>
    [Fact]
    public async Task Transaction_WhenReplicasApplyOnlyItsFirstKey_IsSeenInPart()
    {
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Environment = new Dictionary<string, string> { ["Lab__Mutation"] = "TornUpdates" } });
        var result = await SnapshotRun.RunAsync(cluster, 5_000);
        Assert.NotEmpty(result.Torn);
    }
}
