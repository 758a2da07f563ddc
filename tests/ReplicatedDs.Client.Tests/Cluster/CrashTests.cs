using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Client.Tests.Cluster;

/// <summary>A replica dies under a client.</summary>
public sealed class CrashTests : ClusterFixture
{
    [Fact]
    public async Task Session_WhenItsReplicaIsKilled_GoesOnAtAnotherAndStillSeesItsWrites()
    {
        var options = new ReplicatedDsClientOptions();
        foreach (var number in new[] { 3, 1, 2 })
        {
            options.Replicas.Add(Cluster[number].Http);
        }

        using var client = new ReplicatedDsClient(options);
        await using var session = client.StartSession();
        var before = await session.SetAsync("before", "the crash");
        Assert.Equal(Cluster.IdOf(3), before.Dot.Replica.Value);
        await Cluster.SettledAsync(); // what only the dead one has can be read nowhere
        await Cluster.Control.CrashAsync("replica-3");

        var after = await session.SetAsync("after", "the crash");

        Assert.NotEqual(before.Dot.Replica, after.Dot.Replica);
        Assert.True(after.Clock.Covers(before.Dot));
        Assert.Equal("the crash", await session.GetStringAsync("before"));
    }
}
