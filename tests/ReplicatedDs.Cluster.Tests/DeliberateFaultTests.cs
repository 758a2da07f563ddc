using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.Cluster.Tests.Scenarios;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>A check that cannot fail is worth nothing: here the replicas do not look at dependencies, and the check must notice.</summary>
public sealed class DeliberateFaultTests(DeliberateFaultTests.Fixture fixture) : IClassFixture<DeliberateFaultTests.Fixture>
{
    [Fact]
    public async Task HeldLinkScenario_WhenReplicasSkipTheDependencyCheck_Fails()
    {
        var failure = await Assert.ThrowsAnyAsync<XunitException>(() => new HeldLinkScenario(fixture.Cluster, "").RunAsync());
        Assert.Contains("before its cause", failure.Message, StringComparison.Ordinal);
    }

    public sealed class Fixture : ClusterFixture
    {
        internal override ClusterSpec Spec => new() { Environment = new Dictionary<string, string> { ["Lab__Mutation"] = "SkipDependencyCheck" } };
    }
}
