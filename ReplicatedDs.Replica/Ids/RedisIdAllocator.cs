using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using StackExchange.Redis;

namespace ReplicatedDs.Replica.Ids;

/// <summary>
/// Ids from a Redis server: the counter of one cluster in three keys. It connects when it is first asked, so a replica that has an id
/// starts without Redis. Safe from any thread.
/// </summary>
/// <remarks>
/// An empty or partly emptied Redis is noticed by its missing epoch and re-seeded (R2). An older image of its data is not noticeable
/// from here: after restoring one, an operator deletes <c>replicated-ds:epoch</c>, which makes the next allocation re-seed.
/// </remarks>
public sealed class RedisIdAllocator : IIdAllocator, IAsyncDisposable
{
    private static readonly RedisKey[] Keys = ["replicated-ds:cluster", "replicated-ds:ids", "replicated-ds:epoch"];

    // What a server answers while it cannot serve yet or for the moment.
    private static readonly string[] PassingErrors = ["LOADING", "BUSY", "MISCONF", "OOM", "READONLY", "MASTERDOWN", "TRYAGAIN", "NOSCRIPT"];

    private readonly ConfigurationOptions _options;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly string _where;
    private readonly string _nonce = Guid.NewGuid().ToString("n");
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private ConnectionMultiplexer? _connection;
    private bool _hasFounded;

    /// <param name="configuration">A connection string of StackExchange.Redis, such as <c>127.0.0.1:6379</c>.</param>
    /// <param name="timeout">For one question to Redis, connecting included; 2.5 s unless told.</param>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    public RedisIdAllocator(string configuration, TimeProvider time, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        if (Objection(configuration) is { } reason)
        {
            throw new ArgumentException($"The connection string of Redis cannot be read: {reason}.", nameof(configuration));
        }

        _options = ConfigurationOptions.Parse(configuration);
        _time = time;
        _timeout = timeout ?? TimeSpan.FromSeconds(2.5);

        // Connecting goes on in the background: a Redis that comes later is found.
        _options.AbortOnConnectFail = false;
        _options.ConnectTimeout = (int)(_timeout.TotalMilliseconds / 2);
        _where = $"Redis at {string.Join(", ", _options.EndPoints.Select(Describe))}";
    }

    public string Kind => "redis";

    /// <summary>What is wrong with a connection string, without its values, which may be secret; <c>null</c>: nothing.</summary>
    public static string? Objection(string configuration)
    {
        try
        {
            return ConfigurationOptions.Parse(configuration).EndPoints.Count == 0 ? "it names no server" : null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            return exception.Message.Split(['\n', ';', '('])[0].Trim().TrimEnd('.');
        }
    }

    public async Task FoundAsync(string clusterId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(clusterId);
        if (_hasFounded)
        {
            throw Taken(clusterId);
        }

        var (word, value) = await AskAsync(RedisScripts.Found, [clusterId, _nonce], cancellationToken).ConfigureAwait(false);
        _hasFounded = word == "founded" ? true : throw Taken(value);
    }

    public async Task<ReplicaId> AllocateAsync(
        string clusterId, ReplicaId highestKnown, Func<CancellationToken, Task<ReplicaId>> highestAnywhere, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(clusterId);
        ArgumentNullException.ThrowIfNull(highestAnywhere);
        var epoch = Guid.NewGuid().ToString("n");
        RedisValue anywhere = "";
        while (true)
        {
            var (word, value) = await AskAsync(
                RedisScripts.Allocate, [clusterId, highestKnown.Value, anywhere, epoch, IdMargin.Step], cancellationToken).ConfigureAwait(false);
            switch (word)
            {
                case "id":
                    return new ReplicaId(int.Parse(value, CultureInfo.InvariantCulture));
                case "lost":
                    anywhere = (await highestAnywhere(cancellationToken).ConfigureAwait(false)).Value;
                    break;
                case "other":
                    throw new IdAllocatorException(
                        $"{_where} belongs to another cluster, {value}: give each cluster a Redis (or a database of it) of its own.", isTransient: false);
                case "exhausted":
                    throw new IdAllocatorException($"{_where} has given out the largest id there is.", isTransient: false);
                default:
                    throw new IdAllocatorException($"The key {Keys[1]} in {_where} is not a number: delete {Keys[2]} and it, and the ids are re-seeded.", isTransient: false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await connection.CloseAsync(allowCommandsToComplete: false).ConfigureAwait(false);
            connection.Dispose();
        }

        _connecting.Dispose();
    }

    private static string Describe(System.Net.EndPoint endPoint) => endPoint switch
    {
        System.Net.DnsEndPoint dns => string.Create(CultureInfo.InvariantCulture, $"{dns.Host}:{dns.Port}"),
        _ => endPoint.ToString() ?? "",
    };

    private IdAllocatorException Taken(string clusterId) => new(
        $"{_where} already belongs to cluster {clusterId}: join that one, or, if it is no more, delete the keys replicated-ds:* there.", isTransient: false);

    /// <summary>Runs a script. The client's calls have no time-out of their own, so every one gets one here.</summary>
    private async Task<(string Word, string Value)> AskAsync(string script, RedisValue[] arguments, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        try
        {
            var connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
            var left = _timeout - _time.GetElapsedTime(started);
            var answer = await connection.GetDatabase().ScriptEvaluateAsync(script, Keys, arguments)
                .WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time, cancellationToken).ConfigureAwait(false);
            var parts = ((string?)answer ?? "").Split(' ', 2);
            return (parts[0], parts.Length > 1 ? parts[1] : "");
        }
        catch (RedisServerException exception)
        {
            var isTransient = PassingErrors.Any(error => exception.Message.StartsWith(error, StringComparison.Ordinal));
            throw new IdAllocatorException($"{_where} refuses: {exception.Message.TrimEnd('.')}.", isTransient, exception);
        }
        catch (RedisConnectionException exception) when (exception.FailureType == ConnectionFailureType.AuthenticationFailure)
        {
            throw new IdAllocatorException($"{_where} does not accept the password.", isTransient: false, exception);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or IOException or System.Net.Sockets.SocketException)
        {
            throw new IdAllocatorException($"{_where} does not answer; an id can be had only once it does.", isTransient: true, exception);
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _connection) is { } known)
        {
            return known;
        }

        await _connecting.WaitAsync(_timeout, cancellationToken).ConfigureAwait(false);
        try
        {
            return _connection ??= await ConnectionMultiplexer.ConnectAsync(_options).WaitAsync(_timeout, _time, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _connecting.Release();
        }
    }
}
