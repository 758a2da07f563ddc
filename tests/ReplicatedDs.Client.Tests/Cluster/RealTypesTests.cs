using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Client.Tests.Cluster;

/// <summary>Counters, sets, transactions, snapshots, listings and watches against real replicas.</summary>
public sealed class RealTypesTests : ClusterFixture
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Increments_OfSessionsAtEveryReplica_AddUp()
    {
        using var client = Connect(ReplicaOrder.Rotate);
        var tokens = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            await using var session = client.StartSession();
            for (var i = 0; i < 10; i++)
            {
                await session.IncrementAsync("likes", 2);
            }

            return session.Token!;
        }));

        await using var all = client.StartSession(tokens.Aggregate(CausalSession.MergeTokens));
        Assert.Equal(120, (await all.IncrementAsync("likes", 0)).Value);
        var entry = await all.GetAsync("likes");
        Assert.Equal(("120", "counter"), (entry!.Text, entry.Type));
    }

    [Fact]
    public async Task Sets_AddWins_AndOtherTypesAreRefused()
    {
        using var client = Connect();
        await using var session = client.StartSession();

        await session.AddMemberAsync("tags", "sea");
        await session.AddMemberAsync("tags", "a/b?");
        await session.RemoveMemberAsync("tags", "a/b?");

        Assert.Equal(["sea"], await session.GetMembersAsync("tags"));
        Assert.Empty(await session.GetMembersAsync("no tags"));
        await Assert.ThrowsAsync<TypeConflictException>(() => session.IncrementAsync("tags"));
    }

    [Fact]
    public async Task Transactions_AreNeverSeenInPart()
    {
        using var client = Connect(ReplicaOrder.Rotate);
        using var enough = new CancellationTokenSource(Patience);
        var seen = 0;
        var readers = Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            await using var session = client.StartSession();
            while (!enough.IsCancellationRequested)
            {
                var entries = await session.SnapshotAsync(["left", "right", "sum"]);
                Assert.Equal(entries["left"]?.Text, entries["right"]?.Text);
                Assert.Equal(entries["left"]?.Text, entries["sum"]?.Text);
                Interlocked.Increment(ref seen);
            }
        }));

        await using (var writer = client.StartSession())
        {
            // One writer whose session orders its transactions: each has greater values, wherever it is read.
            for (var i = 1; i <= 50; i++)
            {
                var text = string.Create(CultureInfo.InvariantCulture, $"{i}");
                await writer.CommitAsync(new Transaction().Set("left", text).Increment("sum").Set("right", text));
            }

            await Eventually.HoldsAsync("snapshots were read meanwhile", () => Volatile.Read(ref seen) >= 10 || readers.IsCompleted, () => $"{seen} snapshots", Patience);
        }

        await enough.CancelAsync();
        await readers;
    }

    [Fact]
    public async Task Transaction_WhoseConditionFails_DoesNothing()
    {
        using var client = Connect();
        await using var session = client.StartSession();
        var written = await session.SetAsync("guarded", "v");

        var failure = await Assert.ThrowsAsync<ConditionFailedException>(() => session.CommitAsync(new Transaction().RequireAbsent("guarded").Set("beside", "v")));
        await session.CommitAsync(new Transaction().RequireUnchanged("guarded", written.Dot).RequireAbsent("beside").Set("done", "v"));

        Assert.Equal([written.Dot], failure.Current);
        Assert.Null(await session.GetAsync("beside"));
        Assert.Equal("v", await session.GetStringAsync("done"));
    }

    [Fact]
    public async Task List_GivesEveryKeyOnceInOrder()
    {
        using var client = Connect();
        await using var session = client.StartSession();
        var expected = Enumerable.Range(0, 25).Select(i => string.Create(CultureInfo.InvariantCulture, $"listed/{i:d2} ü")).ToList();
        foreach (var key in expected)
        {
            await session.SetAsync(key, "v");
        }

        await session.SetAsync("listed/05 ü", "v");
        await session.SetAsync("listed/gone", "v");
        await session.DeleteAsync("listed/gone");

        var keys = new List<string>();
        await foreach (var key in session.ListAsync("listed/", pageSize: 7))
        {
            keys.Add(key.Key);
        }

        Assert.Equal(expected, keys);
    }

    [Fact]
    public async Task Set_UnderOneIdempotencyKey_HappensOnce()
    {
        // What the client does when an answer is lost, by hand: the same call at two replicas.
        using var client = Connect();
        await using var session = client.StartSession();
        var counted = await session.IncrementAsync("once");
        var key = Guid.NewGuid().ToString("N");
        foreach (var number in new[] { 1, 2, 2, 1 })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Cluster[number].Http, "/kv/once/increment"));
            request.Headers.Add("Idempotency-Key", key);
            request.Headers.Add("Causal-Token", session.Token);
            request.Content = new StringContent("""{"by":10}""", System.Text.Encoding.UTF8, "application/json");
            session.Merge((await Http.SendAsync(request)).Expect(System.Net.HttpStatusCode.OK).Token!);
        }

        Assert.Equal(counted.Value + 10, (await session.IncrementAsync("once", 0)).Value);
    }

    [Fact]
    public async Task Watch_WhenItsReplicaIsKilled_MissesNothing()
    {
        var options = new ReplicatedDsClientOptions();
        options.Replicas.Add(Cluster[3].Http);
        options.Replicas.Add(Cluster[2].Http);
        using var watching = new ReplicatedDsClient(options);
        await using var watcher = watching.StartSession();
        using var writing = new ReplicatedDsClient(Cluster[1].Http);
        await using var writer = writing.StartSession();
        using var deadline = new CancellationTokenSource(Patience);
        await writer.SetAsync("watched/start", "0");
        watcher.Merge(writer.Token!);

        var position = writer.Token;
        await writer.SetAsync("watched/1", "1");
        var seen = new Dictionary<string, string?>();
        var isFirst = true;
        await foreach (var change in watcher.WatchAsync("watched/", position, deadline.Token))
        {
            seen[change.Key] = change.Entry?.Text;
            if (isFirst)
            {
                isFirst = false;
                await Cluster.Control.CrashAsync("replica-3");
                await writer.SetAsync("watched/2", "2");
                await writer.SetAsync("watched/3", "3");
                await writer.DeleteAsync("watched/1");
                await writer.SetAsync("watched/end", "end");
            }

            if (change.Key == "watched/end")
            {
                break;
            }
        }

        Assert.Equal(new Dictionary<string, string?> { ["watched/1"] = null, ["watched/2"] = "2", ["watched/3"] = "3", ["watched/end"] = "end" }, seen);
        Assert.True(watcher.Clock.Covers(writer.Clock), $"The watcher has seen {watcher.Clock} of {writer.Clock}.");
        await Cluster.Control.StartAsync("replica-3");
    }

    [Fact]
    public async Task Why_TellsWhereAValueComesFrom()
    {
        using var client = Connect();
        await using var session = client.StartSession();
        var cause = await session.SetAsync("cause", "v");
        var effect = await session.SetAsync("effect", "v");

        var why = await session.WhyAsync("effect");

        Assert.Equal(($"{effect.Dot}", "register"), (why!.Winner.Dot, why.Winner.Kind));
        Assert.True(Covers(why.Winner, cause.Dot));
        Assert.Null(await session.WhyAsync("never written"));
    }

    private static bool Covers(VersionWhyView version, Dot dot) => version.Dependencies?.GetValueOrDefault($"{dot.Replica}") >= dot.Counter;

    private ReplicatedDsClient Connect(ReplicaOrder order = ReplicaOrder.Listed)
    {
        var options = new ReplicatedDsClientOptions { Order = order };
        foreach (var replica in Cluster.Running())
        {
            options.Replicas.Add(replica.Http);
        }

        return new ReplicatedDsClient(options);
    }
}
