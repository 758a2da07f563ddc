using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Storage;

namespace ReplicatedDs.Replica.Tests.Storage;

public sealed class SqliteReplicaStoreTests : IDisposable
{
    // A checkpoint only where a test asks for one.
    private static readonly StoreLimits Quiet = new() { CheckpointInterval = TimeSpan.FromDays(1), CheckpointBytes = long.MaxValue };

    private readonly Scratch _scratch = new();
    private readonly Story _story = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Open_AnEmptyFolder_HasNoIdentityAndCountsBoots()
    {
        for (var boot = 1; boot <= 3; boot++)
        {
            await using var store = Open();
            Assert.Null(store.Identity);
            Assert.Equal(boot, store.Boot);
        }
    }

    [Theory]
    [InlineData(Durability.Fsync)]
    [InlineData(Durability.Os)]
    public async Task Recover_AfterReopening_GivesWhatWasAppended(Durability durability)
    {
        await using (var store = Open(durability))
        {
            await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
            await _story.AppendAsync(store, _story.Found());
            await _story.AppendAsync(store, _story.Write(1, "x", "1"), _story.Write(2, "x", "2"), _story.Write(1, "y\0z", ""), _story.Write(3, new DeleteOperation("x")));
        }

        await using var again = Open(durability);
        Assert.Equal(Story.Identity, again.Identity);
        Assert.Equal(2, again.Boot);
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(again.Recover()));
        await _story.AppendAsync(again, _story.Write(2, "z", "later"));
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(again.Recover()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Recover_FromACheckpointAndTheLogBehindIt_EqualsAFullReplay(int checkpointEvery)
    {
        // The folder is copied while the store is open: what a killed process leaves, without the last checkpoint of a clean end.
        var random = new Random(checkpointEvery);
        await using var store = Open();
        await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
        await _story.AppendAsync(store, _story.Found());
        for (var round = 1; round <= 20; round++)
        {
            var updates = Enumerable.Range(0, random.Next(1, 6))
                .Select(_ => random.Next(5) == 0
                    ? _story.Write(random.Next(1, 4), new DeleteOperation($"k{random.Next(10)}"))
                    : _story.Write(random.Next(1, 4), $"k{random.Next(10)}", $"{round}"))
                .ToImmutableArray();
            await _story.AppendAsync(store, updates);
            if (checkpointEvery > 0 && round % checkpointEvery == 0)
            {
                await store.CheckpointAsync(default);
            }

            Assert.Equal(Story.Describe(_story.Expected), Story.Describe(await RecoveredAsync($"copy-{round}")));
        }
    }

    [Fact]
    public async Task Recover_TwiceWithoutACheckpointBetween_KeepsTheReplayedKeys()
    {
        // Keys that the first recovery replayed are in no checkpoint yet; the checkpoint that follows must bring them too.
        await using (var store = Open())
        {
            await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
            await _story.AppendAsync(store, _story.Found(), _story.Write(1, "replayed", "1"));
            Copy(_scratch.Folder, Path.Combine(_scratch.Root, "killed"));
        }

        var folder = Path.Combine(_scratch.Root, "killed");
        await using (var store = SqliteReplicaStore.Open(folder, Durability.Fsync, TimeProvider.System, NullLogger.Instance, Quiet))
        {
            _ = store.Recover();
            await _story.AppendAsync(store, _story.Write(1, "new", "2"));
        }

        await using var last = SqliteReplicaStore.Open(folder, Durability.Fsync, TimeProvider.System, NullLogger.Instance, Quiet);
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(last.Recover()));
    }

    [Fact]
    public async Task Recover_WithoutTheLogBeforeTheCheckpoint_StillWorks()
    {
        await using (var store = Open())
        {
            await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
            await _story.AppendAsync(store, _story.Found(), _story.Write(1, "x", "1"));
            await store.CheckpointAsync(default);
        }

        Sql(LogDatabase.Name, "DELETE FROM batches; DELETE FROM ranges");
        await using var again = Open();
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(again.Recover()));

        // The positions of the rows that are gone are not given to new ones: those would hide behind the checkpoint.
        await _story.AppendAsync(again, _story.Write(1, "x", "2"));
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(again.Recover()));
    }

    /// <summary>The store writes only keys that the core says have changed, wherever between the two a checkpoint falls.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task CheckpointAsync_OfTheKeysThatTheCoreTells_HoldsAllThatChanged(int seed)
    {
        var random = new Random(seed);
        ReplicaState expected;
        await using (var store = Open())
        {
            await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
            await _story.AppendAsync(store, _story.Found());
            var core = new ReplicaCore(new ReplicaSettings(Story.Identity.Id, Story.Identity.Incarnation), _story.Expected, new Instant(1_000_000, 1));
            for (var step = 1; step <= 200; step++)
            {
                KeyOperation[] operations = [.. Enumerable.Range(0, random.Next(3)).Select<int, KeyOperation>(_ => random.Next(4) switch
                {
                    0 => new DeleteOperation($"k{random.Next(20)}"),
                    1 => new IncrementOperation($"n{random.Next(3)}", 1),
                    _ => new SetOperation($"k{random.Next(20)}", new byte[] { (byte)step }, null),
                })];
                core.ChangesSince = store.ChangesSince;
                var output = core.Step(operations.Length == 0 ? [] : [new WriteRequest(null, [.. operations], [])], new Instant(1_000_000 + (step * 50_000), step * 50_000));
                await MaybeCheckpointAsync();
                await store.AppendAsync(output.Append, output.IsPromise, default);
                await MaybeCheckpointAsync();
                store.Published(output.State, output.Append, output.Collected, output.Stable, output.Changes);
                await MaybeCheckpointAsync();
            }

            expected = core.State;

            ValueTask MaybeCheckpointAsync() => random.Next(8) == 0 ? new ValueTask(store.CheckpointAsync(default)) : default;
        }

        Sql(LogDatabase.Name, "DELETE FROM batches; DELETE FROM ranges");
        await using var again = Open();
        Assert.Equal(Story.Describe(expected), Story.Describe(again.Recover()));
    }

    [Fact]
    public async Task Published_LaterThanTheNextAppend_PutsTheCheckpointWhereTheStateIs()
    {
        await using (var store = Open())
        {
            await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
            ImmutableArray<Update> first = [_story.Found(), _story.Write(1, "x", "1")];
            await store.AppendAsync(first, isPromise: true, default);
            var state = _story.Expected;
            ImmutableArray<Update> second = [_story.Write(1, "y", "2")];
            await store.AppendAsync(second, isPromise: true, default);
            store.Published(state, first, [], VectorClock.Empty);
        }

        await using var again = Open();
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(again.Recover()));
    }

    [Fact]
    public async Task CheckpointAsync_WhileAppendsGoOn_LosesNothing()
    {
        await using (var store = Open())
        {
            await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
            await _story.AppendAsync(store, _story.Found());
            var state = _story.Expected;
            using var stop = new CancellationTokenSource();
            var checkpoints = Task.Run(async () =>
            {
                var count = 0;
                for (; !stop.IsCancellationRequested; count++)
                {
                    await store.CheckpointAsync(default);
                }

                return count;
            });
            for (var n = 0; n < 300; n++)
            {
                ImmutableArray<Update> updates = [_story.Write(1, $"k{n % 50}", $"{n}"), _story.Write(2, $"k{n % 7}", $"{n}")];
                await store.AppendAsync(updates, isPromise: true, default);
                state = ReplicaCore.Replay(state, updates);
                store.Published(state, updates, [], VectorClock.Empty);
            }

            await stop.CancelAsync();
            Assert.NotEqual(0, await checkpoints);
        }

        await using var again = Open();
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(again.Recover()));
    }

    [Fact]
    public async Task Published_ManyBytes_MakesACheckpointInTheBackground()
    {
        await using var store = Open(limits: Quiet with { CheckpointBytes = 1000 });
        await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
        await _story.AppendAsync(store, _story.Found(), _story.Write(1, "x", new string('v', 2000)));
        var deadline = DateTime.UtcNow.AddSeconds(10);
        long position;
        do
        {
            position = Convert.ToInt64(Sql(StateDatabase.Name, "SELECT position FROM checkpoint"), null);
            Assert.True(DateTime.UtcNow < deadline, $"The checkpoint still stands at {position}.");
            await Task.Yield();
        }
        while (position != 1);
    }

    [Fact]
    public async Task InitializeAsync_WithASnapshot_StartsFromIt()
    {
        _story.Found();
        _story.Write(1, "x", "1");
        var snapshot = _story.Expected;
        await using (var store = Open())
        {
            await store.InitializeAsync(Story.Identity, snapshot, default);
            await Assert.ThrowsAsync<InvalidOperationException>(() => store.InitializeAsync(Story.Identity, snapshot, default));
            await _story.AppendAsync(store, _story.Write(1, "y", "2"));
            Assert.Empty(await store.ReadAsync(new ReplicaId(1), 1, 9, 1000, default));
            Assert.Equal("1#3{1:2}", Story.Describe(await store.ReadAsync(new ReplicaId(1), 3, 9, 1000, default)));
        }

        await using var again = Open();
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(again.Recover()));
        Assert.Empty(await again.ReadAsync(new ReplicaId(1), 1, 9, 1000, default));
        Assert.Equal("1#3{1:2}", Story.Describe(await again.ReadAsync(new ReplicaId(1), 3, 9, 1000, default)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadAsync_FromMemoryOrDisk_GivesConsecutiveUpdatesWithinTheBytes(bool reopened)
    {
        var limits = Quiet with { RowUpdatesMax = 4 };
        var store = Open(limits: limits);
        await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
        await _story.AppendAsync(store, _story.Found());
        for (var n = 0; n < 10; n++)
        {
            await _story.AppendAsync(store, [.. Enumerable.Range(0, 11).Select(i => _story.Write(1 + (i % 3), "key", new string('v', 100)))]);
        }

        if (reopened)
        {
            await store.DisposeAsync();
            store = Open(limits: limits);
            _ = store.Recover();
        }

        var two = _story.All.Where(update => update.Origin.Value == 2).ToList();
        foreach (var (first, last) in new[] { (1, 40), (1, 1), (7, 9), (40, 40), (39, 1000), (13, 30) })
        {
            var read = await store.ReadAsync(new ReplicaId(2), first, last, long.MaxValue, default);
            Assert.Equal(Story.Describe(two.Where(update => update.Dot.Counter >= first && update.Dot.Counter <= last)), Story.Describe(read));
        }

        Assert.Single(await store.ReadAsync(new ReplicaId(2), 3, 30, 1, default));
        Assert.InRange((await store.ReadAsync(new ReplicaId(2), 3, 30, 1000, default)).Length, 4, 9);
        Assert.Empty(await store.ReadAsync(new ReplicaId(2), 41, 50, 1000, default));
        Assert.Empty(await store.ReadAsync(new ReplicaId(9), 1, 50, 1000, default));
        Assert.Empty(await store.ReadAsync(new ReplicaId(2), 0, 50, 1000, default));
        await store.DisposeAsync();
    }

    [Fact]
    public async Task ReadAsync_BehindTheTailInMemory_ReadsTheDisk()
    {
        await using var store = Open(limits: Quiet with { RecentUpdatesMax = 3 });
        await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
        await _story.AppendAsync(store, _story.Found());
        for (var n = 0; n < 5000; n += 50)
        {
            await store.AppendAsync([.. Enumerable.Range(0, 50).Select(i => _story.Write(1, "k", "v"))], isPromise: true, default);
        }

        foreach (var first in new[] { 1, 2500, 4998, 4999, 5000, 5001 })
        {
            Assert.Equal(5002 - first, (await store.ReadAsync(new ReplicaId(1), first, 9999, long.MaxValue, default)).Length);
        }
    }

    [Fact]
    public async Task AppendAsync_WhenTheDiskIsFull_LeavesNothingAndWorksAgainWithSpace()
    {
        await using (var store = Open(limits: Quiet with { LogPagesMax = 60 }))
        {
            await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
            await _story.AppendAsync(store, _story.Found(), _story.Write(1, "x", "1"));

            // Several rows, of which the first ones still fit.
            var before = _story.Expected;
            ImmutableArray<Update> tooMuch = [.. Enumerable.Range(0, 4).Select(n => new Story().Write(n + 10, $"big{n}", new string('v', 100_000)))];
            var full = await Assert.ThrowsAsync<StorageUnavailableException>(async () => await store.AppendAsync(tooMuch, isPromise: true, default));
            Assert.True(full.IsFull);
            Assert.Contains(_scratch.Folder, full.Message, StringComparison.Ordinal);
            Assert.Equal(Story.Describe(before), Story.Describe(store.Recover()));
            foreach (var update in tooMuch)
            {
                Assert.Empty(await store.ReadAsync(update.Origin, 1, 1, 1, default));
            }

            await _story.AppendAsync(store, _story.Write(1, "y", "2"));
        }

        await using var again = Open();
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(again.Recover()));
    }

    [Theory]
    [InlineData(Durability.Fsync)]
    [InlineData(Durability.Os)]
    public async Task AppendAsync_WithoutAPromise_IsReadAtOnceAndOutlivesTheProcessWithTheNextPromise(Durability durability)
    {
        await using var store = Open(durability, Quiet with { RecentUpdatesMax = 1 });
        await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
        await _story.AppendAsync(store, _story.Found());
        var promised = _story.Expected;
        for (var i = 0; i < 5; i++)
        {
            await store.AppendAsync([_story.Write(2, $"k{i}", "1"), _story.Write(3, $"k{i}", "2")], isPromise: false, default);
        }

        Assert.Equal(Story.Describe(promised), Story.Describe(await RecoveredAsync("before")));
        Assert.Equal(Story.Describe(_story.All.Where(update => update.Origin.Value == 2)), Story.Describe(await store.ReadAsync(new ReplicaId(2), 1, 99, long.MaxValue, default)));

        await store.AppendAsync([_story.Write(2, "k5", "1")], isPromise: false, default);
        await store.AppendAsync([_story.Write(1, "own", "1")], isPromise: true, default);
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(await RecoveredAsync("with an append")));

        await store.AppendAsync([_story.Write(2, "k6", "1")], isPromise: false, default);
        await store.AppendAsync([], isPromise: true, default);
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(await RecoveredAsync("with nothing to append")));
    }

    [Fact]
    public async Task AppendAsync_WithoutAPromise_DoesNotWaitForEver()
    {
        await using var store = Open(limits: Quiet with { WaitingBytesMax = 2000 });
        await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
        await _story.AppendAsync(store, _story.Found());
        for (var i = 0; i < 3; i++)
        {
            await store.AppendAsync([_story.Write(2, $"k{i}", new string('v', 900))], isPromise: false, default);
        }

        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(await RecoveredAsync("killed")));
    }

    [Fact]
    public async Task CheckpointAsync_OfWhatWasNoPromise_HasItInTheLogToo()
    {
        await using (var store = Open())
        {
            await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
            await _story.AppendAsync(store, _story.Found());
            ImmutableArray<Update> updates = [_story.Write(2, "x", "1"), _story.Write(3, "y", "2")];
            await store.AppendAsync(updates, isPromise: false, default);
            store.Published(_story.Expected, updates, [], VectorClock.Empty);
            await store.CheckpointAsync(default);
            Copy(_scratch.Folder, Path.Combine(_scratch.Root, "killed"));
        }

        await using var killed = SqliteReplicaStore.Open(Path.Combine(_scratch.Root, "killed"), Durability.Fsync, TimeProvider.System, NullLogger.Instance, Quiet);
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(killed.Recover()));
        Assert.Equal(Story.Describe(_story.All.TakeLast(1)), Story.Describe(await killed.ReadAsync(new ReplicaId(3), 1, 1, 1, default)));
    }

    /// <summary>Whoever moves what waits into the database, every row has the position that it was given.</summary>
    [Fact]
    public async Task AppendAsync_WhileOthersReadSyncAndMakeCheckpoints_LosesNothing()
    {
        await using var store = Open(Durability.Os, Quiet with { RecentUpdatesMax = 1 });
        await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
        await _story.AppendAsync(store, _story.Found());
        var state = _story.Expected;
        using var stop = new CancellationTokenSource();
        var others = new Func<Task>[]
        {
            () => store.CheckpointAsync(default),
            () => store.ReadAsync(new ReplicaId(2), 1, 5, 1000, default).AsTask(),
            () => store.AppendAsync([], isPromise: true, default).AsTask(),
        }.Select(other => Task.Run(async () =>
        {
            for (; !stop.IsCancellationRequested; await Task.Yield())
            {
                await other();
            }
        })).ToList();
        var random = new Random(1);
        for (var n = 0; n < 1500; n++)
        {
            ImmutableArray<Update> updates = [_story.Write(random.Next(1, 4), $"k{n % 50}", $"{n}"), _story.Write(2, $"k{n % 7}", $"{n}")];
            await store.AppendAsync(updates, isPromise: random.Next(4) == 0, default);
            state = ReplicaCore.Replay(state, updates);
            store.Published(state, updates, [], VectorClock.Empty);
        }

        await stop.CancelAsync();
        await Task.WhenAll(others);
        await store.AppendAsync([_story.Write(1, "last", "1")], isPromise: true, default);
        Assert.Equal(1502L, Sql(LogDatabase.Name, "SELECT max(position) FROM batches"));
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(await RecoveredAsync("killed")));
    }

    [Fact]
    public async Task DisposeAsync_WithWhatWasNoPromise_KeepsIt()
    {
        await using (var store = Open())
        {
            await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
            await _story.AppendAsync(store, _story.Found());
            await store.AppendAsync([_story.Write(2, "x", "1")], isPromise: false, default);
        }

        await using var again = Open();
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(again.Recover()));
    }

    [Fact]
    public async Task InstallAsync_WithWhatWasNoPromise_KeepsTheLogWithoutAHole()
    {
        await using (var store = Open())
        {
            await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
            await _story.AppendAsync(store, _story.Found());
            await store.AppendAsync([_story.Write(2, "x", "1")], isPromise: false, default);
            await store.InstallAsync(_story.Expected, default);
            Assert.Equal(0, await store.FloorOfAsync(new ReplicaId(2), default));
            Assert.Equal(Story.Describe(_story.All.TakeLast(1)), Story.Describe(await store.ReadAsync(new ReplicaId(2), 1, 1, 1, default)));
        }

        await using var again = Open();
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(again.Recover()));
    }

    [Fact]
    public async Task AppendAsync_WhenWhatWaitsFindsNoSpace_BreaksPromisesOnlyAndLosesNothing()
    {
        await using var store = Open(limits: Quiet with { LogPagesMax = 60 });
        await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
        await _story.AppendAsync(store, _story.Found());
        await store.AppendAsync([_story.Write(2, "small", "1")], isPromise: false, default);
        var waiting = _story.Expected;

        var other = new Story();
        ImmutableArray<Update> tooMuch = [other.Write(10, "big", new string('v', 250_000))];
        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<StorageUnavailableException>(async () => await store.AppendAsync(tooMuch, isPromise: true, default));
            Assert.Empty(await store.ReadAsync(new ReplicaId(10), 1, 1, 1, default));
            Assert.Single(await store.ReadAsync(new ReplicaId(2), 1, 1, 1, default));
        }

        // Having failed, it waits for nothing: what is taken now is known to find space.
        await Assert.ThrowsAsync<StorageUnavailableException>(async () => await store.AppendAsync(tooMuch, isPromise: false, default));
        await store.AppendAsync([_story.Write(3, "small", "2")], isPromise: false, default);
        Assert.NotEqual(Story.Describe(waiting), Story.Describe(_story.Expected));
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(await RecoveredAsync("killed")));

        // And when what waits finds none, nothing can be promised, but what waits is not forgotten.
        await store.AppendAsync([_story.Write(2, "big", new string('v', 245_000))], isPromise: false, default);
        var written = _story.Expected;
        await Assert.ThrowsAsync<StorageUnavailableException>(async () => await store.AppendAsync([], isPromise: true, default));
        await Assert.ThrowsAsync<StorageUnavailableException>(async () => await store.InstallAsync(written, default));
        Assert.Single(await store.ReadAsync(new ReplicaId(2), 2, 2, 1, default));
    }

    [Fact]
    public async Task AppendAsync_OfWhatIsThereAlready_ThrowsAndLeavesNothing()
    {
        await using var store = Open(limits: Quiet with { RowUpdatesMax = 1 });
        await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
        await _story.AppendAsync(store, _story.Found(), _story.Write(2, "x", "1"));
        var before = _story.Expected;
        var fresh = _story.Write(1, "y", "2");

        // The row of the new update is written first, then the one of the old update breaks the append.
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await store.AppendAsync([fresh, _story.All[1]], isPromise: true, default));
        Assert.Empty(await store.ReadAsync(new ReplicaId(1), fresh.Dot.Counter, 99, 1000, default));
        Assert.Equal(Story.Describe(before), Story.Describe(store.Recover()));
        await _story.AppendAsync(store, fresh);
        Assert.Equal(Story.Describe(_story.Expected), Story.Describe(store.Recover()));
    }

    [Fact]
    public async Task Open_AFolderInUse_SaysSo()
    {
        await using var store = Open();
        Assert.Equal($"The data folder {_scratch.Folder} is in use by another process.", Assert.Throws<StorageUnavailableException>(() => Open()).Message);
    }

    [Fact]
    public void Open_AFolderThatCannotBeMade_SaysSo()
    {
        File.WriteAllText(Path.Combine(_scratch.Root, "file"), "");
        var folder = Path.Combine(_scratch.Root, "file", "replica-1");
        var refused = Assert.Throws<StorageUnavailableException>(() => SqliteReplicaStore.Open(folder, Durability.Fsync, TimeProvider.System, NullLogger.Instance));
        Assert.StartsWith($"The data folder {folder} cannot be made", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LogDatabase.Name)]
    [InlineData(StateDatabase.Name)]
    public async Task Open_ANewerFormat_IsRefusedAndLeftAlone(string database)
    {
        await using (var store = Open())
        {
            await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
        }

        var version = Sql(database, "PRAGMA user_version");
        Sql(database, "PRAGMA user_version = 7");
        var refused = Assert.Throws<StorageUnavailableException>(() => Open());
        Assert.StartsWith($"{Path.Combine(_scratch.Folder, database)} has format version 7; this program reads versions up to {version}.", refused.Message, StringComparison.Ordinal);
        Sql(database, $"PRAGMA user_version = {version}");
        await using var again = Open();
        Assert.Equal(2, again.Boot);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"clusterId\":\"00112233445566778899aabbccddeeff\",\"id\":1")]
    [InlineData("[]")]
    [InlineData("{\"clusterId\":\"short\",\"id\":1,\"incarnation\":\"0000000000000000000000000000002a\"}")]
    [InlineData("{\"clusterId\":\"00112233445566778899aabbccddeeff\",\"id\":0,\"incarnation\":\"0000000000000000000000000000002a\"}")]
    [InlineData("{\"clusterId\":\"00112233445566778899aabbccddeeff\",\"id\":\"1\",\"incarnation\":\"0000000000000000000000000000002a\"}")]
    public async Task Open_ADamagedIdentity_SaysSo(string content)
    {
        await using (var store = Open())
        {
            await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
        }

        var path = Path.Combine(_scratch.Folder, "identity.json");
        Assert.Equal("{\"clusterId\":\"00112233445566778899aabbccddeeff\",\"id\":1,\"incarnation\":\"0000000000000000000000000000002a\"}", await File.ReadAllTextAsync(path));
        await File.WriteAllTextAsync(path, content);
        Assert.StartsWith($"{path} is damaged:", Assert.Throws<StorageUnavailableException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_FilesThatDoNotBelongTogether_IsRefused()
    {
        await using (var store = Open())
        {
            await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
            await _story.AppendAsync(store, _story.Found());
        }

        var path = Path.Combine(_scratch.Folder, "identity.json");
        var content = await File.ReadAllTextAsync(path);
        File.Delete(path);
        Assert.Contains("holds a log but no identity.json", Assert.Throws<StorageUnavailableException>(() => Open()).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, content.Replace("\"id\":1", "\"id\":2", StringComparison.Ordinal));
        Assert.Contains("missing or another's", Assert.Throws<StorageUnavailableException>(() => Open()).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, content);
        File.Delete(Path.Combine(_scratch.Folder, StateDatabase.Name));
        Assert.Contains("missing or another's", Assert.Throws<StorageUnavailableException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_ADatabaseThatIsNone_SaysSo()
    {
        Directory.CreateDirectory(_scratch.Folder);
        await File.WriteAllTextAsync(Path.Combine(_scratch.Folder, LogDatabase.Name), new string('x', 10_000));
        Assert.Contains("is damaged", Assert.Throws<StorageUnavailableException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recover_DamagedRows_SaysSo()
    {
        await using (var store = Open())
        {
            await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
            await _story.AppendAsync(store, _story.Found());
        }

        Sql(StateDatabase.Name, "UPDATE checkpoint SET header = x'09', position = 0");
        await using var again = Open();
        var refused = Assert.Throws<StorageUnavailableException>(() => again.Recover());
        Assert.Contains("is damaged (This state header has format version 9; this program reads version 3)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_KeepsNothingBehindTheProcess()
    {
        await using (var store = Open(Durability.Memory))
        {
            await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
            await _story.AppendAsync(store, _story.Found(), _story.Write(1, "x", "1"), _story.Write(2, "y", "1"));
            Assert.Equal(Story.Describe(_story.Expected), Story.Describe(store.Recover()));
            Assert.Equal(2, (await store.ReadAsync(new ReplicaId(1), 1, 5, 1000, default)).Length);
            Assert.True(File.Exists(Path.Combine(_scratch.Folder, "identity.json")));
            Copy(_scratch.Folder, Path.Combine(_scratch.Root, "killed"));
        }

        Assert.False(File.Exists(Path.Combine(_scratch.Folder, "identity.json")));

        // A killed one leaves its identity file; the next start, in whatever mode, knows that it is void.
        await using var next = SqliteReplicaStore.Open(Path.Combine(_scratch.Root, "killed"), Durability.Fsync, TimeProvider.System, NullLogger.Instance);
        Assert.Null(next.Identity);
        Assert.False(File.Exists(Path.Combine(_scratch.Root, "killed", "identity.json")));
    }

    [Fact]
    public async Task Memory_OnAFolderWithDurableData_IsRefused()
    {
        await using (var store = Open())
        {
            await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
        }

        Assert.Contains("memory mode would abandon", Assert.Throws<StorageUnavailableException>(() => Open(Durability.Memory)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ArchiveAsync_MovesTheFolderAsideWithEverythingInIt()
    {
        var store = Open();
        await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
        await _story.AppendAsync(store, _story.Found());
        await store.ArchiveAsync(default);
        Assert.False(Directory.Exists(_scratch.Folder));
        var archive = Assert.Single(Directory.GetDirectories(_scratch.Root));
        Assert.Matches("/replica-1\\.left-1-[0-9]{8}T[0-9]{6}Z$", archive.Replace('\\', '/'));
        await using (var kept = SqliteReplicaStore.Open(archive, Durability.Fsync, TimeProvider.System, NullLogger.Instance))
        {
            Assert.Equal(Story.Describe(_story.Expected), Story.Describe(kept.Recover()));
        }

        await using var fresh = Open();
        Assert.Null(fresh.Identity);
    }

    [Fact]
    public async Task Append_OfSmallUpdates_DoesNotLetTheWriteAheadLogGrow()
    {
        await using var store = Open(Durability.Os);
        await store.InitializeAsync(Story.Identity, ReplicaState.Empty, default);
        await store.AppendAsync([_story.Found()], isPromise: true, default);
        var ahead = new FileInfo(Path.Combine(_scratch.Folder, "log.db-wal"));
        for (var i = 0; i < 30_000; i++)
        {
            await store.AppendAsync([_story.Write(1, $"key {i}", "1")], isPromise: true, default);
        }

        // Two pages and more for each of them would be 250 MB. What comes while it is moved is on top of the 64 MB at which it has to begin again.
        ahead.Refresh();
        Assert.InRange(ahead.Length, 1, 128L << 20);
    }

    [Fact]
    public async Task Usage_SaysHowMuchIsUsedAndFree()
    {
        await using var store = Open();
        var (used, free) = store.Usage();
        Assert.InRange(used, 1, 10 << 20);
        Assert.InRange(free, 1, long.MaxValue);
    }

    private SqliteReplicaStore Open(Durability durability = Durability.Fsync, StoreLimits? limits = null) =>
        SqliteReplicaStore.Open(_scratch.Folder, durability, TimeProvider.System, NullLogger.Instance, limits ?? Quiet);

    /// <summary>What a process finds that starts where the one that has the folder open was killed.</summary>
    private async Task<ReplicaState> RecoveredAsync(string name)
    {
        var folder = Path.Combine(_scratch.Root, name);
        Copy(_scratch.Folder, folder);
        await using var recovered = SqliteReplicaStore.Open(folder, Durability.Fsync, TimeProvider.System, NullLogger.Instance, Quiet);
        return recovered.Recover();
    }

    private object? Sql(string database, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_scratch.Folder, database)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    /// <summary>What is on the disk now. The store is idle, so its files are at rest; its lock does not stop a reader that shares.</summary>
    private static void Copy(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.GetFiles(source))
        {
            // The shared-memory file belongs to the living process; a new one makes its own.
            if (!file.EndsWith("-shm", StringComparison.Ordinal) && Path.GetFileName(file) != "lock")
            {
                using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var to = new FileStream(Path.Combine(target, Path.GetFileName(file)), FileMode.Create);
                from.CopyTo(to);
            }
        }
    }
}
