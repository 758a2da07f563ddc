using ReplicatedDs.RedisServers;
using ReplicatedDs.Replica.Storage.Values;
using ReplicatedDs.Replica.Tests.Http;

namespace ReplicatedDs.Replica.Tests.Storage.Values;

/// <summary>Values in a real Redis Cluster whose servers die, stop or run out of memory.</summary>
public sealed class FailingRedisTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    /// <summary>
    /// The masters have acknowledged values which their replicas never got; one master dies and its replica takes over without them. They are in the log, and go
    /// there again: of a process that saw it happen, and of one that did not run meanwhile.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Failover_ThatLosesAcknowledgedWrites_LosesNothing(bool runs)
    {
        const int Count = 150;
        await using var redis = await LocalRedisCluster.StartAsync();
        await using var keeper = await Keeper.FoundAsync(_scratch.Folder, Keeper.Options(redis));
        for (var n = 0; n < Count; n++)
        {
            await keeper.WriteAsync($"before-{n}", Large(n));
        }

        await keeper.CutAsync();
        Assert.Equal(0, Keeper.Rows(_scratch.Folder));
        var (master, replica) = (redis.Nodes[0], redis.Nodes[3]);
        foreach (var node in redis.Nodes.Skip(3))
        {
            await node.PauseAsync();
        }

        // What is on its way to a replica that does not read would still be there when it does.
        foreach (var node in redis.Nodes.Take(3))
        {
            Assert.NotEqual("", await node.AskAsync("CLIENT", "KILL", "TYPE", "replica"));
        }

        for (var n = 0; n < Count; n++)
        {
            await keeper.WriteAsync($"after-{n}", Large(Count + n));
        }

        await LocalRedisCluster.UntilAsync("the masters have them", async () => await keeper.NamesAsync(redis) == 2 * Count, async () => $"{await keeper.NamesAsync(redis)}: {keeper.Values.Status}");
        Assert.NotEqual(0, keeper.Values.Status.UnconfirmedBytes);
        await keeper.Store.CheckpointAsync(default);
        if (!runs)
        {
            await keeper.DisposeAsync();
        }

        await master.KillAsync();
        foreach (var node in redis.Nodes.Skip(3))
        {
            await node.ResumeAsync();
        }

        await redis.PromotedAsync(replica);
        if (!runs)
        {
            Assert.InRange(await keeper.NamesAsync(redis), Count, (2 * Count) - 1); // acknowledged, and lost
        }

        // Its place is taken by the old master, started again: without a replica nothing would be confirmed.
        master.Start();
        await LocalRedisCluster.FollowsAsync(master);
        await using var now = runs ? null : keeper.Again(_scratch.Folder, Keeper.Options(redis));
        var keeperNow = now ?? keeper;
        await keeperNow.CutAsync();
        Assert.Equal(2 * Count, await keeperNow.NamesAsync(redis));
        await keeperNow.WriteAsync("last", Large(0));
        await keeperNow.CutAsync();
        Assert.Equal(0, Keeper.Rows(_scratch.Folder));
        for (var n = 0; n < Count; n++)
        {
            Assert.Equal(Large(n), await keeperNow.ReadAsync($"before-{n}"));
            Assert.Equal(Large(Count + n), await keeperNow.ReadAsync($"after-{n}"));
        }

        Assert.Equal(0, keeperNow.Values.Status.Missing);
        Assert.True(!runs || keeperNow.Values.Status.Failovers > 0, $"{keeperNow.Values.Status}");
    }

    /// <summary>A value that Redis has lost for no reason that anybody saw: the log still has it.</summary>
    [Fact]
    public async Task Read_OfAValueThatRedisLost_ComesFromTheLog_AndIsWrittenAgain()
    {
        await using var redis = await LocalRedisCluster.StartAsync();
        await using var keeper = await Keeper.FoundAsync(_scratch.Folder, Keeper.Options(redis));
        await keeper.WriteAsync("x", Large(1));
        await keeper.WriteAsync("y", Large(2));
        await keeper.ConfirmedAsync(); // no checkpoint: the log has all of it
        foreach (var master in await redis.MastersAsync())
        {
            await master.AskAsync("FLUSHALL");
        }

        Assert.Equal(0, await keeper.NamesAsync(redis));
        Assert.Equal(Large(1), await keeper.ReadAsync("x"));
        await LocalRedisCluster.UntilAsync("x is there again", async () => await keeper.NamesAsync(redis) == 1, async () => $"{await keeper.NamesAsync(redis)}");
        Assert.Equal(1, keeper.Values.Status.Rewritten);

        // What neither has is an error, never another value.
        await keeper.WriteAsync("z", Large(3));
        await keeper.CutAsync();
        await keeper.WriteAsync("z", Large(4));
        var missing = await Assert.ThrowsAsync<ValuesUnavailableException>(() => keeper.ReadAsync("y"));
        Assert.Contains("does not have the value that 1#3 wrote to 'y'", missing.Message, StringComparison.Ordinal);
        Assert.Equal(1, keeper.Values.Status.Missing);
    }

    [Fact]
    public async Task Redis_WithoutMemory_OrAway_RefusesWritesAtTheBound_AndLosesNothing()
    {
        await using var redis = await LocalRedisCluster.StartAsync();
        var options = Keeper.Options(redis) with { UnconfirmedBytesMax = 64 << 10 };
        await using var keeper = await Keeper.FoundAsync(_scratch.Folder, options);
        await keeper.WriteAsync("first", Large(0));
        await keeper.CutAsync();
        await keeper.WriteAsync("second", Large(1));
        await keeper.CutAsync();

        await EachAsync(redis, node => node.AskAsync("CONFIG", "SET", "maxmemory", "1"));
        var written = await FillAsync(keeper, "oom");
        Assert.Contains("OOM", keeper.Values.Status.Problem, StringComparison.Ordinal);
        Assert.Equal(Large(0), await keeper.ReadAsync("first")); // it still reads
        await EachAsync(redis, node => node.AskAsync("CONFIG", "SET", "maxmemory", "64mb"));
        await keeper.CutAsync();
        await ExpectAsync(keeper, "oom", written);

        await EachAsync(redis, node => node.PauseAsync());
        written = await FillAsync(keeper, "away");
        await ExpectAsync(keeper, "away", written); // from the log
        var unavailable = await Assert.ThrowsAsync<ValuesUnavailableException>(() => keeper.ReadAsync("first"));
        Assert.Contains("which does not answer", unavailable.Message, StringComparison.Ordinal);
        await EachAsync(redis, node => node.ResumeAsync());
        await LocalRedisCluster.UntilAsync(
            "every slot is served", async () => await redis.Nodes[0].FieldAsync("cluster_slots_ok", "CLUSTER", "INFO") == "16384", () => redis.Nodes[0].AskAsync("CLUSTER", "NODES"));
        await keeper.CutAsync();
        await ExpectAsync(keeper, "away", written);
        Assert.Equal(Large(0), await keeper.ReadAsync("first"));
        await keeper.WriteAsync("last", Large(2)); // there is room again
    }

    /// <summary>Writes until it is refused.</summary>
    private static async Task<int> FillAsync(Keeper keeper, string prefix)
    {
        for (var n = 0; n < 10_000; n++)
        {
            try
            {
                await keeper.WriteAsync($"{prefix}-{n}", Large(n));
            }
            catch (ValuesUnavailableException full)
            {
                Assert.Contains("Storage:UnconfirmedMegabytes", full.Message, StringComparison.Ordinal);
                await Eventually.TrueAsync(() => keeper.Values.Status.Problem is not null, () => $"{keeper.Values.Status}");
                Assert.InRange(n, 20, 1000);
                return n;
            }
        }

        throw new InvalidOperationException($"Nothing was refused: {keeper.Values.Status}");
    }

    private static async Task ExpectAsync(Keeper keeper, string prefix, int count)
    {
        for (var n = 0; n < count; n++)
        {
            Assert.Equal(Large(n), await keeper.ReadAsync($"{prefix}-{n}"));
        }
    }

    private static async Task EachAsync(LocalRedisCluster redis, Func<RedisNode, Task> act)
    {
        foreach (var node in redis.Nodes)
        {
            await act(node);
        }
    }

    private static string Large(int n) => $"value {n} " + new string((char)('a' + (n % 26)), 200 + n);
}
