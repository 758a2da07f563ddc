using System.Collections.Immutable;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.RedisServers;
using ReplicatedDs.Replica.Storage;
using ReplicatedDs.Replica.Storage.Redis;
using ReplicatedDs.Replica.Storage.Values;
using ReplicatedDs.Replica.Tests.Http;

namespace ReplicatedDs.Replica.Tests.Storage.Values;

/// <summary>A store whose values are in a Redis Cluster, with what the loop would do around it.</summary>
internal sealed class Keeper : IAsyncDisposable
{
    public const int Inline = 64;

    // A checkpoint only where a test asks for one; next to nothing in memory and in the log, so that reads come from Redis.
    private static readonly StoreLimits Limits = new()
    {
        CheckpointInterval = TimeSpan.FromDays(1),
        CheckpointBytes = long.MaxValue,
        RecentUpdatesMax = 1,
        LogBytesKept = 1,
        RowBytesMax = 4096,
    };

    private Keeper(ReplicaIdentity identity, SqliteReplicaStore store, ReplicaState state) => (Identity, Store, State) = (identity, store, state);

    public ReplicaIdentity Identity { get; }

    public SqliteReplicaStore Store { get; }

    public ReplicaState State { get; private set; }

    public IValueStore Values => Store.Values!;

    public static ReplicaIdentity NewIdentity(int id = 1) => new(Guid.NewGuid().ToString("n"), new ReplicaId(id), new Incarnation(42));

    public static ValuesOptions Options(LocalRedisCluster redis) => new()
    {
        Servers = [.. redis.Nodes.Select(node => new RedisEndpoint("127.0.0.1", node.Port))],
        CacheBytes = 1,
        DeleteAfter = TimeSpan.Zero,
        WatchInterval = TimeSpan.FromMilliseconds(100),
    };

    /// <summary>A new replica of an empty folder.</summary>
    public static async Task<Keeper> FoundAsync(string folder, ValuesOptions options, ReplicaIdentity? identity = null, ReplicaState? state = null)
    {
        var keeper = new Keeper(identity ?? NewIdentity(), Open(folder, options), state ?? ReplicaState.Empty);
        await keeper.Store.InitializeAsync(keeper.Identity, keeper.State, default);
        if (state is null)
        {
            await keeper.AppendAsync(ReplicaCore.Found(new AdmitOperation(keeper.Identity.Id, keeper.Identity.Incarnation, "replica-1", "http://a", "http://b"), new Instant(1, 1)));
        }

        return keeper;
    }

    /// <summary>The same replica in another process.</summary>
    public Keeper Again(string folder, ValuesOptions options)
    {
        var store = Open(folder, options);
        return new Keeper(Identity, store, store.Recover());
    }

    public Task WriteAsync(string key, string value) => WriteAsync(new SetOperation(key, Encoding.UTF8.GetBytes(value), "text/plain"));

    public Task WriteAsync(params ImmutableArray<Operation> operations) => AppendAsync(
        new Update(new Dot(Identity.Id, State.Delivered[Identity.Id] + 1), State.Delivered, new HybridTimestamp(State.Timestamp.Packed + (1 << 16)), operations));

    public async Task AppendAsync(params ImmutableArray<Update> updates)
    {
        await Store.AppendAsync(updates, isPromise: true, default);
        State = ReplicaCore.Replay(State, updates, Inline);
        Store.Published(State, updates, [], State.Delivered);
    }

    public async Task<string> ReadAsync(string key)
    {
        var state = await Values.WithValuesAsync(key, State.Keys.Find(key)!, default);
        return Encoding.UTF8.GetString(state.ToBytes().Span);
    }

    public Task ConfirmedAsync() => Eventually.TrueAsync(() => Values.Status.UnconfirmedBytes == 0, () => $"{Values.Status}");

    /// <summary>A checkpoint of what is confirmed: it makes that safe and cuts the log.</summary>
    public async Task CutAsync()
    {
        await ConfirmedAsync();
        await Store.CheckpointAsync(default);
    }

    public static long Rows(string folder)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, LogDatabase.Name)};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM batches";
        return (long)command.ExecuteScalar()!;
    }

    public static long StateBytes(string folder)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, StateDatabase.Name)};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT sum(length(state)) FROM keys";
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>The names of this replica's values in the Redis Cluster.</summary>
    public async Task<int> NamesAsync(LocalRedisCluster redis)
    {
        var names = 0;
        foreach (var master in await redis.MastersAsync())
        {
            names += (await master.AskAsync("--scan", "--pattern", $"rds:{Identity.ClusterId}:{Identity.Id}:*")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
        }

        return names;
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    private static SqliteReplicaStore Open(string folder, ValuesOptions options) =>
        SqliteReplicaStore.Open(folder, Durability.Os, TimeProvider.System, NullLogger.Instance, Limits, options);
}
