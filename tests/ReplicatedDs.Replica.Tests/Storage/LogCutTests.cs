using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Storage;

namespace ReplicatedDs.Replica.Tests.Storage;

/// <summary>The log forgets, and says what it has forgotten; a state that skips updates leaves a hole in it.</summary>
public sealed class LogCutTests : IDisposable
{
    private static readonly ReplicaId One = new(1);
    private static readonly ReplicaId Two = new(2);

    // One row per update, and nothing is kept beyond what the stable vector asks for.
    private static readonly StoreLimits Nothing = new()
    {
        CheckpointInterval = TimeSpan.FromDays(1),
        CheckpointBytes = long.MaxValue,
        RowUpdatesMax = 1,
        LogBytesKept = 0,
        RecentUpdatesMax = 0,
    };

    private readonly Scratch _scratch = new();
    private readonly Story _story = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Checkpoint_OfWhatIsStable_CutsTheLogUpToThere()
    {
        await using (var store = await StartAsync(Nothing))
        {
            Publish(store, VectorClock.Of((1, 5)));
            await store.CheckpointAsync(default);

            Assert.Equal(5, await store.FloorOfAsync(One, default));
            Assert.Empty(await store.ReadAsync(One, 5, 9, long.MaxValue, default));
            Assert.Equal(6, (await store.ReadAsync(One, 6, 9, long.MaxValue, default))[0].Dot.Counter);
            Assert.Equal(0, await store.FloorOfAsync(Two, default));
        }

        await using var again = Open(Nothing);
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(again.Recover()));
        Assert.Equal(5, await again.FloorOfAsync(One, default));
    }

    [Fact]
    public async Task Checkpoint_WhereNothingIsStable_KeepsTheLog()
    {
        await using var store = await StartAsync(Nothing);
        Publish(store, VectorClock.Empty);
        await store.CheckpointAsync(default);
        Assert.Equal(9, (await store.ReadAsync(One, 1, 9, long.MaxValue, default)).Length);
    }

    [Fact]
    public async Task Checkpoint_OfMoreThanTheLogMayHold_CutsWhatIsNotStableToo()
    {
        await using var store = await StartAsync(Nothing with { LogBytesMax = 1 });
        Publish(store, VectorClock.Empty);
        await store.CheckpointAsync(default);
        Assert.Equal(9, await store.FloorOfAsync(One, default));
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(await ReopenAsync(store)));
    }

    [Theory]
    [InlineData(600, 5)]
    [InlineData(1, 10)]
    public async Task Checkpoint_OfOneThatHasLeft_KeepsFourTimesAsMuchOfWhatIsNotStable(int most, long cut)
    {
        await using var store = await StartAsync(Nothing with { LogBytesMax = most });
        await _story.AppendAsync(store, _story.Write(1, new LeaveOperation(One)));
        Publish(store, VectorClock.Of((1, 5)));
        await store.CheckpointAsync(default);
        Assert.Equal(cut, await store.FloorOfAsync(One, default));
    }

    [Fact]
    public async Task Checkpoint_BelowWhatIsKept_CutsNothing()
    {
        await using var store = await StartAsync(Nothing with { LogBytesKept = 1 << 20 });
        Publish(store, _story.Expected.Delivered);
        await store.CheckpointAsync(default);
        Assert.Equal(0, await store.FloorOfAsync(One, default));
        Assert.Equal(9, (await store.ReadAsync(One, 1, 9, long.MaxValue, default)).Length);
    }

    [Fact]
    public async Task Install_OfAStateThatSkipsUpdates_IsWhatRecoversAndLeavesAHole()
    {
        await using var store = await StartAsync(Nothing);
        var jumped = _story.Expected with { Delivered = _story.Expected.Delivered.With(Two, 7) };

        await store.InstallAsync(jumped, default);
        await store.AppendAsync([new(new Dot(2, 8), jumped.Delivered, new HybridTimestamp(1 << 20), [new DeleteOperation("x")])], isPromise: true, default);

        Assert.Equal(7, await store.FloorOfAsync(Two, default));
        Assert.Equal(0, await store.FloorOfAsync(One, default));
        Assert.Equal(9, (await store.ReadAsync(One, 1, 9, long.MaxValue, default)).Length);
        Assert.Empty(await store.ReadAsync(Two, 3, 8, long.MaxValue, default));
        Assert.Single(await store.ReadAsync(Two, 8, 8, long.MaxValue, default));
        Assert.Equal(8, (await ReopenAsync(store)).Delivered[Two]);
    }

    [Fact]
    public async Task Open_OfAFolderOfTheFirstFormat_BringsItToTheNewest()
    {
        await using (await StartAsync(Nothing))
        {
        }

        using (var connection = new SqliteConnection($"Data Source={Path.Combine(_scratch.Folder, LogDatabase.Name)};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "DROP TABLE floors; PRAGMA user_version = 1";
            command.ExecuteNonQuery();
        }

        await using var store = Open(Nothing);
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(store.Recover()));
        Publish(store, VectorClock.Of((1, 5)));
        await store.CheckpointAsync(default);
        Assert.Equal(5, await store.FloorOfAsync(One, default));
    }

    /// <summary>The founding and eight writes of replica 1, with two of replica 2 behind them.</summary>
    private async Task<SqliteReplicaStore> StartAsync(StoreLimits limits)
    {
        var store = Open(limits);
        await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
        await _story.AppendAsync(store, _story.Found());
        for (var i = 0; i < 8; i++)
        {
            await _story.AppendAsync(store, _story.Write(1, $"k{i}", "v"));
        }

        await _story.AppendAsync(store, _story.Write(2, "x", "1"), _story.Write(2, "x", "2"));
        return store;
    }

    private void Publish(SqliteReplicaStore store, VectorClock stable) => store.Published(_story.Expected, [], ["k0"], stable);

    private SqliteReplicaStore Open(StoreLimits limits) =>
        SqliteReplicaStore.Open(_scratch.Folder, Durability.Fsync, TimeProvider.System, NullLogger.Instance, limits);

    private async Task<ReplicaState> ReopenAsync(SqliteReplicaStore store)
    {
        await store.DisposeAsync();
        await using var again = Open(Nothing);
        return again.Recover();
    }
}
