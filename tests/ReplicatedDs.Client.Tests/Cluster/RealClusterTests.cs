using System.Globalization;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Client.Tests.Cluster;

/// <summary>The client against real replicas.</summary>
public sealed class RealClusterTests : ClusterFixture
{
    [Fact]
    public async Task Session_ThatMovesAtEveryCall_AlwaysSeesWhatItHasSeen()
    {
        using var client = Connect(ReplicaOrder.Rotate);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async number =>
        {
            await using var session = client.StartSession();
            for (var count = 0; count < 100; count++)
            {
                var value = string.Create(CultureInfo.InvariantCulture, $"{number}:{count}");
                await session.SetAsync($"moving-{number}", value);
                Assert.Equal(value, await session.GetStringAsync($"moving-{number}"));
            }
        }));
    }

    [Fact]
    public async Task Session_CarriedOver_SeesWhatTheOtherHasSeen_WhileALinkIsHeld()
    {
        using var client = Connect();
        var (first, third) = (client.At(Cluster[1].Http), client.At(Cluster[3].Http));
        await first.SetLinkAsync(Cluster.IdOf(3), new LinkRequest("hold"));
        try
        {
            using var here = new ReplicatedDsClient(first.Address);
            await using var writer = here.StartSession();
            await writer.SetAsync("question", "Is it safe?");

            using var there = new ReplicatedDsClient(new ReplicatedDsClientOptions { Replicas = { third.Address }, CausalTimeout = TimeSpan.FromMilliseconds(50) });
            await using var afresh = there.StartSession();
            Assert.Null(await afresh.GetStringAsync("question"));
            await using var carried = there.StartSession(writer.Token);
            var failure = await Assert.ThrowsAsync<CausalTimeoutException>(() => carried.GetStringAsync("question"));
            Assert.Contains(failure.Missing, dot => writer.Clock.Covers(dot));

            // With more replicas to choose from, another one answers.
            await using var anywhere = client.StartSession(writer.Token);
            Assert.Equal("Is it safe?", await anywhere.GetStringAsync("question"));

            await first.HealLinksAsync();
            using var patient = new ReplicatedDsClient(third.Address);
            await using var waiting = patient.StartSession(writer.Token);
            Assert.Equal("Is it safe?", await waiting.GetStringAsync("question"));
        }
        finally
        {
            await first.HealLinksAsync();
        }
    }

    [Fact]
    public async Task Set_ItsConditions_HoldAtTheReplica()
    {
        using var client = Connect();
        await using var session = client.StartSession();

        var first = await session.SetAsync("conditional", "one", Condition.Absent);
        var absent = await Assert.ThrowsAsync<ConditionFailedException>(() => session.SetAsync("conditional", "two", Condition.Absent));
        var second = await session.SetAsync("conditional", "two", Condition.Unchanged(first.Dot));
        var stale = await Assert.ThrowsAsync<ConditionFailedException>(() => session.DeleteAsync("conditional", Condition.Unchanged(first.Dot)));

        Assert.Equal([first.Dot], absent.Current);
        Assert.Equal([second.Dot], stale.Current);
        Assert.True(second.Clock.Covers(first.Dot));
        Assert.Equal("two", await session.GetStringAsync("conditional"));
    }

    [Fact]
    public async Task Keys_ThatNeedEscaping_AreKeysOfTheirOwn()
    {
        using var client = Connect();
        await using var session = client.StartSession();
        string[] keys = ["a/b", "a%2Fb", "a/../b", "größe", "q?x=1#y", "C:\\temp", "..."];

        foreach (var key in keys)
        {
            await session.SetAsync(key, key);
        }

        foreach (var key in keys)
        {
            Assert.Equal(key, await session.GetStringAsync(key));
        }
    }

    [Fact]
    public async Task Values_ComeBackAsTheyWere()
    {
        using var client = Connect();
        await using var session = client.StartSession();
        byte[] bytes = [0, 255, 1, 128];

        await session.SetAsync("bytes", bytes, "image/png");
        var entry = await session.GetAsync("bytes");
        await session.DeleteAsync("bytes");

        Assert.Equal(bytes, entry!.Value.ToArray());
        Assert.Equal(("image/png", 1), (entry.ContentType, entry.Siblings));
        Assert.Null(await session.GetAsync("bytes"));
    }

    [Fact]
    public async Task Find_TellsWhatEveryReplicaHolds()
    {
        using var client = Connect();
        await using var session = client.StartSession();
        var written = await session.SetAsync("found", "here");

        var view = await Eventually.SeesAsync(
            "every replica holds the key", () => session.FindAsync("found"), view => view.Replicas.All(replica => replica.Dot == $"{written.Dot}"));

        Assert.Equal(3, view.Replicas.Count);
        Assert.Single(view.Replicas.Select(replica => replica.Digest).Distinct());
    }

    [Fact]
    public async Task Operations_TellAboutOneReplica()
    {
        using var client = Connect();
        var replica = client.At(Cluster[2].Http);

        Assert.Equal(Cluster.IdOf(2), (await replica.StatusAsync()).Replica);
        Assert.Equal(Cluster.IdOf(2), (await replica.ClockAsync()).Replica);
        Assert.Equal(3, (await replica.MembersAsync()).Members.Count);
        Assert.Equal(2, (await replica.LinksAsync()).Count);
        Assert.Equal(Cluster.IdOf(2), (await replica.PendingAsync(0)).Replica);
        Assert.NotNull((await replica.StableAsync()).Stable);
        using var deadline = new CancellationTokenSource(Eventually.Patience);
        await foreach (var one in replica.EventsAsync(cancellationToken: deadline.Token))
        {
            Assert.Equal(1, one.N);
            break;
        }
    }

    [Fact]
    public async Task Operations_WithoutTheKey_AreRefused()
    {
        using var client = new ReplicatedDsClient(Cluster[1].Http);

        Assert.Equal("unauthorized", (await Assert.ThrowsAsync<ReplicaRefusedException>(() => client.At(Cluster[1].Http).LinksAsync())).Name);
    }

    private ReplicatedDsClient Connect(ReplicaOrder order = ReplicaOrder.Listed)
    {
        var options = new ReplicatedDsClientOptions { Order = order, ClusterKey = Cluster.Describe().ClusterKey };
        foreach (var replica in Cluster.Running())
        {
            options.Replicas.Add(replica.Http);
        }

        return new ReplicatedDsClient(options);
    }
}
