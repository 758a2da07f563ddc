using System.Net;
using ReplicatedDs.Client.Api;
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
    public async Task Pending_OfThousands_IsCountedInFullAndListedInPart()
    {
        const int Effects = 1_500;
        var (one, two, three) = (Cluster[1], Cluster[2], Cluster[3]);
        await Cluster.SettledAsync();
        await one.HoldAsync(Cluster.IdOf(3));
        try
        {
            var (cause, token) = await one.WriteAsync("cause", "1");
            (await two.GetAsync("cause", token)).Expect(HttpStatusCode.OK);
            await Parallel.ForAsync(0, Effects, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) => await two.WriteAsync($"effect/{i}", "1"));
            var pending = await Eventually.SeesAsync("all effects wait at replica-3", three.PendingAsync, seen => seen.Count == Effects);
            Assert.Equal(1_000, pending.Updates.Count);
            Assert.All(pending.Updates, update => Assert.Contains(cause.Dot, update.Missing));
            Assert.Equal(Effects, (await three.GetAsync<PendingView>("/pending?limit=0")).Count);
            (await three.CallAsync(HttpMethod.Get, "/pending?limit=all")).ExpectProblem(HttpStatusCode.BadRequest, "bad-request");
        }
        finally
        {
            await one.HealAsync();
        }

        await Cluster.SettledAsync();
        Assert.Equal(0, (await three.PendingAsync()).Count);
        await three.ShowsAsync($"effect/{Effects - 1}", "1");
    }

    [Fact]
    public async Task ConcurrentWrites_OnBothSidesOfACut_ConvergeToOneWinner()
    {
        var (one, two, three) = (Cluster[1], Cluster[2], Cluster[3]);
        await one.WriteAsync("concurrent", "before");
        await Cluster.SettledAsync();
        await one.HoldAsync(Cluster.IdOf(2));
        await one.HoldAsync(Cluster.IdOf(3));
        await two.HoldAsync(Cluster.IdOf(1));
        try
        {
            await one.WriteAsync("concurrent", "left");
            await two.WriteAsync("concurrent", "right");
            await three.ShowsAsync("concurrent", "right");
            Assert.Equal("left", (await one.GetAsync("concurrent")).Body);
        }
        finally
        {
            await one.HealAsync();
            await two.HealAsync();
        }

        await Cluster.SettledAsync();
        var answers = await Task.WhenAll(Cluster.Running().Select(replica => replica.GetAsync("concurrent")));
        Assert.All(answers, answer => Assert.Equal("2", answer.Headers["Siblings"]));
        var winner = Assert.Single(answers.Select(answer => answer.Body).Distinct());
        Assert.Contains(winner, (string[])["left", "right"]);

        // Whoever writes after seeing both settles it.
        await three.WriteAsync("concurrent", "settled");
        await Cluster.SettledAsync();
        answers = await Task.WhenAll(Cluster.Running().Select(replica => replica.GetAsync("concurrent")));
        Assert.All(answers, answer => Assert.Equal(("settled", "1"), (answer.Body, answer.Headers["Siblings"])));
    }

    [Fact]
    public async Task Session_ThatMovesToAReplicaBehind_WaitsForItsOwnWrites()
    {
        var (one, three) = (Cluster[1], Cluster[3]);
        await Cluster.SettledAsync();
        await one.HoldAsync(Cluster.IdOf(3));
        try
        {
            var (write, token) = await one.WriteAsync("moving", "1");
            var reading = three.GetAsync("moving", token, timeoutMs: 10_000);
            var writing = three.PutAsync("moving", "2", token);
            await Eventually.SeesAsync(
                "the write is held back", one.LinksAsync, links => links.Any(link => link is { Mode: "hold", Queued: 1 }));
            Assert.False(reading.IsCompleted || writing.IsCompleted, "A replica that is behind answered a session that is ahead of it.");
            await one.HealAsync();
            Assert.Contains((await reading).Expect(HttpStatusCode.OK).Body, (string[])["1", "2"]);
            Assert.True(ClockText.Covers((await writing).Expect(HttpStatusCode.OK).Read<WriteView>().Clock, write.Dot));
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
        await one.SetLinkAsync(Cluster.IdOf(3), """{"mode":"hold","expiresSeconds":4}""");
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
