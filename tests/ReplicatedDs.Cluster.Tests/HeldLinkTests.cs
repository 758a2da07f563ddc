using System.Net;
using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.Cluster.Tests.Scenarios;

namespace ReplicatedDs.Cluster.Tests;

public sealed class HeldLinkTests(HeldLinkTests.Fixture fixture) : IClassFixture<HeldLinkTests.Fixture>
{
    private TestCluster Cluster => fixture.Cluster;

    [Fact]
    public Task Update_WhenItsCauseIsHeldBack_WaitsAndIsShownAfterIt() => new HeldLinkScenario(Cluster, "").RunAsync();

    [Fact]
    public Task Update_WhenKeysNeedEscaping_WaitsAllTheSame() => new HeldLinkScenario(Cluster, "/ä %2F?#").RunAsync();

    [Fact]
    public async Task Release_OfOneUpdate_FreesExactlyOne()
    {
        var (one, three) = (Cluster[1], Cluster[3]);
        var (first, third) = (Cluster.IdOf(1), Cluster.IdOf(3));
        await Cluster.SettledAsync();
        await one.HoldAsync(third);
        try
        {
            string[] values = ["a", "b", "c"];
            var dots = new List<string>();
            foreach (var value in values)
            {
                dots.Add((await one.WriteAsync("released", value)).Write.Dot);
            }

            Assert.Equal(3, await QueuedAsync(one, third));
            await Cluster[2].CoversAsync(Clock(dots[2]));
            (await three.GetAsync("released")).Expect(HttpStatusCode.NotFound);
            for (var freed = 0; freed < 2; freed++)
            {
                await one.ReleaseAsync(third, 1);
                await three.ShowsAsync("released", values[freed]);
                Assert.Equal(ClockText.Parse(dots[freed]).Counter, (await three.ClockAsync()).Delivered[$"{first}"]);
                Assert.Equal(2 - freed, await QueuedAsync(one, third));
            }

            await one.HealAsync();
            await three.ShowsAsync("released", "c");
        }
        finally
        {
            await one.HealAsync();
        }
    }

    [Fact]
    public async Task Hold_WhenItExpires_HealsByItself()
    {
        var (one, three) = (Cluster[1], Cluster[3]);
        await Cluster.SettledAsync();
        await one.SetLinkAsync(Cluster.IdOf(3), """{"mode":"hold","expiresSeconds":1}""");
        await one.WriteAsync("expiring", "1");
        (await three.GetAsync("expiring")).Expect(HttpStatusCode.NotFound);
        await three.ShowsAsync("expiring", "1");
        Assert.All(await one.LinksAsync(), link => Assert.Equal("ok", link.Mode));
    }

    [Fact]
    public async Task Drop_WhenTheOriginIsCutOff_IsRepairedByWhoeverHasTheUpdate()
    {
        var (one, three) = (Cluster[1], Cluster[3]);
        await Cluster.SettledAsync();
        await one.SetLinkAsync(Cluster.IdOf(3), """{"mode":"drop"}""");
        try
        {
            await one.WriteAsync("repaired", "1");
            await three.ShowsAsync("repaired", "1");
        }
        finally
        {
            await one.HealAsync();
        }
    }

    private static async Task<long> QueuedAsync(ReplicaApi from, int peer) => (await from.LinksAsync()).Single(link => link.Peer == peer).Queued;

    private static Dictionary<string, long> Clock(string dot) => new() { [$"{ClockText.Parse(dot).Replica}"] = ClockText.Parse(dot).Counter };

    public sealed class Fixture : ClusterFixture;
}
