using System.Collections.Concurrent;
using System.Globalization;

namespace ReplicatedDs.Replica.Storage.Redis;

/// <summary>
/// A site's Redis Cluster: who has which slot, and connections for reading. What is written goes over connections of the writer's own (<see cref="RedisWriter"/>).
/// Safe from any thread.
/// </summary>
internal sealed class RedisCluster(IReadOnlyList<RedisEndpoint> seeds, string? user, string? password, TimeProvider time) : IAsyncDisposable
{
    private const int AttemptsMax = 6;

    /// <summary>How long a server has for an answer.</summary>
    public static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(2);

    /// <summary>How long a read tries one server after the other.</summary>
    private static readonly TimeSpan ReadWithin = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(50);

    /// <summary>How long nobody waits for a server that did not answer.</summary>
    private static readonly TimeSpan ShunFor = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<RedisEndpoint, Task<RedisConnection>> _readers = new();
    private readonly ConcurrentDictionary<RedisEndpoint, long> _shunned = new();
    private readonly SemaphoreSlim _asking = new(1, 1);
    private volatile RedisSlots? _slots;
    private long _askedAt;

    /// <summary>Where the servers are said to be.</summary>
    public IReadOnlyList<RedisEndpoint> Seeds => seeds;

    public Task<RedisConnection> OpenAsync(RedisEndpoint endpoint, CancellationToken cancellationToken) =>
        RedisConnection.OpenAsync(endpoint, user, password, cancellationToken);

    /// <summary>Who has which slot, as it was last told.</summary>
    /// <exception cref="RedisException">Nobody answers.</exception>
    public async ValueTask<RedisSlots> SlotsAsync(CancellationToken cancellationToken) => _slots ?? await AskAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>The same, asked again unless that was done a moment ago.</summary>
    /// <exception cref="RedisException">Nobody answers.</exception>
    public async Task<RedisSlots> AskAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_slots is { } known && time.GetElapsedTime(_askedAt) < RetryAfter)
            {
                return known;
            }

            RedisException? last = null;
            foreach (var endpoint in (_slots?.All ?? []).Concat(seeds).Distinct().OrderBy(IsShunned))
            {
                try
                {
                    var connection = await ReaderAsync(endpoint, cancellationToken).ConfigureAwait(false);
                    var slots = RedisSlots.Of(await connection.SendAsync(AnswerWithin, "CLUSTER", "SLOTS").ConfigureAwait(false), endpoint);
                    if (!slots.Shards.IsEmpty)
                    {
                        (_slots, _askedAt) = (slots, time.GetTimestamp());
                        return slots;
                    }

                    last = new RedisException($"{endpoint} belongs to no cluster that has slots");
                }
                catch (RedisException exception)
                {
                    last = exception;
                    Shun(endpoint);
                }
            }

            throw last!;
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>
    /// The bytes under a name; <c>null</c> if the server that has its slot knows of none. Bytes under a name never change, so those of a copy will do while the
    /// master is away.
    /// </summary>
    /// <exception cref="RedisException">Nobody who should know answers.</exception>
    public async Task<byte[]?> GetAsync(ReadOnlyMemory<byte> name, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ReadWithin);
        try
        {
            return await GetAnywhereAsync(name, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RedisException($"nobody who has it answered within {ReadWithin.TotalSeconds} s");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var reader in _readers.Values)
        {
            if (reader.IsCompletedSuccessfully)
            {
                await (await reader.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            }
        }

        _asking.Dispose();
    }

    private async Task<byte[]?> GetAnywhereAsync(ReadOnlyMemory<byte> name, CancellationToken cancellationToken)
    {
        var slot = RedisSlots.SlotOf(name.Span);
        RedisException? last = null;
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var slots = attempt == 0 ? await SlotsAsync(cancellationToken).ConfigureAwait(false) : await AskAsync(cancellationToken).ConfigureAwait(false);
            if (slots.Of(slot) is not { } shard)
            {
                last = new RedisException(string.Create(CultureInfo.InvariantCulture, $"nobody has slot {slot}"));
            }
            else
            {
                try
                {
                    var reply = await GetFromAsync(shard.Master, name, cancellationToken).ConfigureAwait(false);
                    if (reply.ErrorCode == "ASK" && RedisEndpoint.TryParse(reply.Error!.Split(' ')[^1], out var other))
                    {
                        reply = await GetFromAsync(other, name, cancellationToken, asking: true).ConfigureAwait(false);
                    }

                    if (reply.Error is null)
                    {
                        return reply.Bytes;
                    }

                    last = new RedisException($"{shard.Master} says {reply.Error}");
                }
                catch (RedisException exception)
                {
                    last = exception;
                    Shun(shard.Master);
                }

                if (await GetFromReplicasAsync(shard, name, cancellationToken).ConfigureAwait(false) is { } bytes)
                {
                    return bytes;
                }
            }

            await Task.Delay(RetryAfter, time, cancellationToken).ConfigureAwait(false);
        }

        throw last!;
    }

    private async Task<RedisReply> GetFromAsync(RedisEndpoint endpoint, ReadOnlyMemory<byte> name, CancellationToken cancellationToken, bool asking = false)
    {
        if (IsShunned(endpoint))
        {
            throw new RedisException($"{endpoint} did not answer a moment ago");
        }

        var connection = await ReaderAsync(endpoint, cancellationToken).ConfigureAwait(false);
        var replies = await connection.SendAsync(AnswerWithin, asking ? 2 : 1, target =>
        {
            if (asking)
            {
                RedisCommand.Write(target, "ASKING");
            }

            RedisCommand.Write(target, "GET"u8.ToArray(), name);
        }).ConfigureAwait(false);
        return replies[^1];
    }

    private async Task<byte[]?> GetFromReplicasAsync(RedisShard shard, ReadOnlyMemory<byte> name, CancellationToken cancellationToken)
    {
        foreach (var replica in shard.Replicas)
        {
            try
            {
                // That it has nothing says nothing: it may be behind.
                if (await GetFromAsync(replica, name, cancellationToken).ConfigureAwait(false) is { Bytes: { } bytes })
                {
                    return bytes;
                }
            }
            catch (RedisException)
            {
                Shun(replica);
            }
        }

        return null;
    }

    /// <summary>A connection that also a replica answers reads on.</summary>
    private async Task<RedisConnection> ReaderAsync(RedisEndpoint endpoint, CancellationToken cancellationToken)
    {
        while (true)
        {
            var opening = _readers.GetOrAdd(endpoint, static (one, cluster) => cluster.OpenReaderAsync(one), this);
            RedisConnection? connection = null;
            try
            {
                connection = await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (RedisException)
            {
                _readers.TryRemove(KeyValuePair.Create(endpoint, opening));
                throw;
            }

            if (!connection.IsBroken)
            {
                return connection;
            }

            if (_readers.TryRemove(KeyValuePair.Create(endpoint, opening)))
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<RedisConnection> OpenReaderAsync(RedisEndpoint endpoint)
    {
        var connection = await OpenAsync(endpoint, CancellationToken.None).ConfigureAwait(false);
        await connection.SendAsync(AnswerWithin, "READONLY").ConfigureAwait(false); // an error where it is no cluster, which is said elsewhere
        return connection;
    }

    private void Shun(RedisEndpoint endpoint) => _shunned[endpoint] = time.GetTimestamp();

    private bool IsShunned(RedisEndpoint endpoint) => _shunned.TryGetValue(endpoint, out var since) && time.GetElapsedTime(since) < ShunFor;
}
