using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Wire;
using ReplicatedDs.RedisServers;
using ReplicatedDs.Replica.Storage;
using ReplicatedDs.Replica.Tests.Http;

namespace ReplicatedDs.Replica.Tests.Storage.Values;

/// <summary>Values in a real Redis Cluster that works.</summary>
public sealed class ValueStoreTests(SharedRedisCluster shared) : IClassFixture<SharedRedisCluster>, IDisposable
{
    private readonly LocalRedisCluster _redis = shared.Cluster;
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Values_AboveTheInlineSize_AreInRedis_AndNeitherInTheStateNorInTheLog()
    {
        const int Count = 200;
        await using var keeper = await Keeper.FoundAsync(_scratch.Folder, Keeper.Options(_redis));
        for (var n = 0; n < Count; n++)
        {
            await keeper.WriteAsync($"large-{n}", Large(n));
            await keeper.WriteAsync($"small-{n}", $"{n}");
        }

        Assert.True(keeper.State.Keys.Find("large-7")!.HasReferences);
        Assert.False(keeper.State.Keys.Find("small-7")!.HasReferences);
        Assert.Equal(Large(7).Length, keeper.State.Keys.Find("large-7")!.Winner.Value.Length);

        await keeper.CutAsync();
        Assert.Equal(0, Keeper.Rows(_scratch.Folder));
        Assert.InRange(Keeper.StateBytes(_scratch.Folder), 1, 2 * Count * 50);
        Assert.Equal(Count, await keeper.NamesAsync(_redis));
        await keeper.DisposeAsync();

        await using var again = keeper.Again(_scratch.Folder, Keeper.Options(_redis));
        for (var n = 0; n < Count; n++)
        {
            Assert.Equal(Large(n), await again.ReadAsync($"large-{n}"));
            Assert.Equal($"{n}", await again.ReadAsync($"small-{n}"));
        }

        Assert.Equal(0, again.Values.Status.Missing);
    }

    [Fact]
    public async Task Log_OfWhatIsNotConfirmed_IsNotCut()
    {
        await using var keeper = await Keeper.FoundAsync(_scratch.Folder, Keeper.Options(_redis) with { Servers = [new("127.0.0.1", 1)] }); // nobody is there
        for (var n = 0; n < 20; n++)
        {
            await keeper.WriteAsync($"k{n}", Large(n));
        }

        await keeper.Store.CheckpointAsync(default);
        Assert.NotEqual(0, Keeper.Rows(_scratch.Folder));
        for (var n = 0; n < 20; n++)
        {
            Assert.Equal(Large(n), await keeper.ReadAsync($"k{n}"));
        }

        await Eventually.TrueAsync(() => keeper.Values.Status.Problem is not null, () => $"{keeper.Values.Status}");
        Assert.NotEqual(0, keeper.Values.Status.UnconfirmedBytes);
        await keeper.DisposeAsync();

        // What was not confirmed when it ended goes there after the next start.
        await using var again = keeper.Again(_scratch.Folder, Keeper.Options(_redis));
        await again.CutAsync();
        await again.WriteAsync("one", "more");
        await again.CutAsync();
        Assert.Equal(0, Keeper.Rows(_scratch.Folder));
        Assert.Equal(20, await again.NamesAsync(_redis));
        Assert.Equal(Large(13), await again.ReadAsync("k13"));
    }

    [Fact]
    public async Task Overwritten_AndDeleted_Values_GoFromRedis_AfterACheckpointThatNoLongerNamesThem()
    {
        await using var keeper = await Keeper.FoundAsync(_scratch.Folder, Keeper.Options(_redis));
        for (var n = 0; n < 90; n++)
        {
            await keeper.WriteAsync($"k{n % 30}", Large(n));
            if (n % 30 == 29)
            {
                await keeper.CutAsync();
            }
        }

        await keeper.WriteAsync(new DeleteOperation("k0"));
        await keeper.WriteAsync("k1", "short");
        await keeper.CutAsync();
        await LocalRedisCluster.UntilAsync("28 values are left", async () => await keeper.NamesAsync(_redis) == 28, async () => $"{await keeper.NamesAsync(_redis)}");
        for (var n = 2; n < 30; n++)
        {
            Assert.Equal(Large(60 + n), await keeper.ReadAsync($"k{n}"));
        }
    }

    [Fact]
    public async Task Pin_WhileItIsHeld_KeepsWhatAnOlderRootNames()
    {
        await using var keeper = await Keeper.FoundAsync(_scratch.Folder, Keeper.Options(_redis));
        await keeper.WriteAsync("x", Large(1));
        await keeper.CutAsync();
        var pin = keeper.Values.Pin();
        var old = keeper.State.Keys.Find("x")!;
        await keeper.WriteAsync("x", Large(2));
        await keeper.CutAsync();
        await keeper.WriteAsync("y", Large(3));
        await keeper.CutAsync();
        Assert.Equal(Large(1), System.Text.Encoding.UTF8.GetString((await keeper.Values.WithValuesAsync("x", old, default)).ToBytes().Span));
        Assert.Equal(3, await keeper.NamesAsync(_redis));

        pin.Dispose();
        await LocalRedisCluster.UntilAsync("the old value goes", async () => await keeper.NamesAsync(_redis) == 2, async () => $"{await keeper.NamesAsync(_redis)}");
    }

    [Fact]
    public async Task UpdateThatWritesAKeyTwice_KeepsTheLast()
    {
        await using var keeper = await Keeper.FoundAsync(_scratch.Folder, Keeper.Options(_redis));
        await keeper.WriteAsync(new SetOperation("x", Bytes(1), null), new SetOperation("y", Bytes(2), null), new SetOperation("x", Bytes(3), "a/b"));
        await keeper.CutAsync();
        Assert.Equal((Large(3), Large(2)), (await keeper.ReadAsync("x"), await keeper.ReadAsync("y")));
    }

    [Fact]
    public async Task Snapshot_OfReferences_HasTheValues_AndIsKeptByAnotherReplica()
    {
        await using var keeper = await Keeper.FoundAsync(_scratch.Folder, Keeper.Options(_redis));
        for (var n = 0; n < 1500; n++)
        {
            await keeper.WriteAsync($"k{n}", n % 3 == 0 ? $"{n}" : Large(n));
        }

        await keeper.CutAsync();
        using var stream = new MemoryStream();
        await Assert.ThrowsAsync<InvalidOperationException>(() => SnapshotCodec.WriteAsync(stream, keeper.State, default));
        stream.SetLength(0);
        await SnapshotCodec.WriteAsync(stream, keeper.State, default, keeper.Values.WithValuesAsync);

        // In memory it is what everybody else has.
        stream.Position = 0;
        var whole = await SnapshotCodec.ReadAsync(stream, default);
        Assert.Equal(Large(1000), System.Text.Encoding.UTF8.GetString(whole.Keys.Find("k1000")!.ToBytes().Span));

        stream.Position = 0;
        var identity = keeper.Identity with { Id = new(2) };
        await using var import = keeper.Values.Import(identity);
        var state = await SnapshotCodec.ReadAsync(stream, default, null, import.KeepAsync);
        await import.ConfirmAsync(default);
        Assert.True(state.Keys.Find("k1000")!.HasReferences);

        await using var joined = await Keeper.FoundAsync(_scratch.Folder + "-2", Keeper.Options(_redis), identity, state);
        Assert.Equal(1000, await joined.NamesAsync(_redis));
        foreach (var n in Enumerable.Range(0, 1500))
        {
            Assert.Equal(n % 3 == 0 ? $"{n}" : Large(n), await joined.ReadAsync($"k{n}"));
        }
    }

    [Fact]
    public async Task Sweep_DeletesNamesThatNoKeyNames_AndNoneOfOtherReplicas()
    {
        await using var keeper = await Keeper.FoundAsync(_scratch.Folder, Keeper.Options(_redis));
        await keeper.WriteAsync("x", Large(1));
        await keeper.WriteAsync("y", Large(2));
        await keeper.CutAsync();
        string Name(int owner, string dot, string key) => $"rds:{keeper.Identity.ClusterId}:{owner}:{{{dot}}}:{key}";
        foreach (var name in new[] { Name(1, "1#2", "gone"), Name(1, "1#2", "{a}:b"), Name(1, "1#999", "to-come"), Name(2, "1#2", "another's") })
        {
            await (await _redis.MastersAsync())[0].AskAsync("-c", "SET", name, "v");
        }

        Assert.Equal(5, await keeper.NamesAsync(_redis));
        await keeper.DisposeAsync();

        await using var again = keeper.Again(_scratch.Folder, Keeper.Options(_redis) with { SweepInterval = TimeSpan.FromMilliseconds(100) });
        await LocalRedisCluster.UntilAsync("two are swept", async () => await again.NamesAsync(_redis) == 3, async () => $"{await again.NamesAsync(_redis)}");
        Assert.Equal("v", await (await _redis.MastersAsync())[0].AskAsync("-c", "GET", Name(1, "1#999", "to-come")));
        Assert.Equal("v", await (await _redis.MastersAsync())[0].AskAsync("-c", "GET", Name(2, "1#2", "another's")));
        Assert.Equal((Large(1), Large(2)), (await again.ReadAsync("x"), await again.ReadAsync("y")));
    }

    [Fact]
    public async Task Folder_OpenedWithTheOtherPlaceOfValues_IsRefused()
    {
        await using (var keeper = await Keeper.FoundAsync(_scratch.Folder, Keeper.Options(_redis)))
        {
        }

        var refused = Assert.Throws<StorageUnavailableException>(() => SqliteReplicaStore.Open(_scratch.Folder, Durability.Os, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance));
        Assert.Contains("has its values in a Redis Cluster", refused.Message, StringComparison.Ordinal);

        var plain = Path.Combine(_scratch.Root, "plain");
        await using (var store = SqliteReplicaStore.Open(plain, Durability.Os, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance))
        {
            await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
        }

        refused = Assert.Throws<StorageUnavailableException>(() => SqliteReplicaStore.Open(
            plain, Durability.Os, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, new StoreLimits(), Keeper.Options(_redis)));
        Assert.Contains("has its values in memory", refused.Message, StringComparison.Ordinal);
    }

    private static string Large(int n) => $"value {n} " + new string((char)('a' + (n % 26)), 200 + n);

    private static byte[] Bytes(int n) => System.Text.Encoding.UTF8.GetBytes(Large(n));
}
