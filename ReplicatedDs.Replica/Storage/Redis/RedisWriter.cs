namespace ReplicatedDs.Replica.Storage.Redis;

/// <summary>
/// Writes names that never change, and finds out which of them survive the loss of a master. It has one connection to each master, and marks on it from where on
/// nothing is confirmed yet. One user at a time.
/// </summary>
/// <remarks>
/// WAIT answers how many replicas have all that its own connection wrote before. So a name is confirmed if it was written and WAIT answered one or more on the
/// same connection; if that breaks in between, the name has to be written again.
/// </remarks>
internal sealed class RedisWriter(RedisCluster cluster) : IAsyncDisposable
{
    private const int WaitMilliseconds = 100;

    /// <summary>Bytes of commands that are under way to one server at most, but for one larger value.</summary>
    private const int BytesMax = 4 << 20;

    private static readonly byte[] Set = "SET"u8.ToArray();
    private static readonly byte[] Unlink = "UNLINK"u8.ToArray();

    private readonly Dictionary<RedisEndpoint, Line> _lines = [];
    private readonly Lock _gate = new();

    /// <summary>Writes; none of it is confirmed yet.</summary>
    /// <param name="mark">Where it comes from: what grows with every call.</param>
    /// <exception cref="RedisException">It may be written in part.</exception>
    public async Task WriteAsync(IReadOnlyList<(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value)> values, long mark, CancellationToken cancellationToken)
    {
        var slots = await cluster.SlotsAsync(cancellationToken).ConfigureAwait(false);
        var byMaster = values.GroupBy(one => MasterOf(slots, one.Name.Span));
        await Task.WhenAll(byMaster.Select(async group =>
        {
            var line = await LineAsync(group.Key, cancellationToken).ConfigureAwait(false);
            line.Unconfirmed ??= mark;
            await DoAsync(line, [.. group.Select(one => (ReadOnlyMemory<byte>[])[Set, one.Name, one.Value])], mark, cancellationToken).ConfigureAwait(false);
        })).ConfigureAwait(false);
    }

    /// <summary>Deletes names, whether or not they are there.</summary>
    /// <exception cref="RedisException">Some of it may be done.</exception>
    public async Task DeleteAsync(IReadOnlyList<ReadOnlyMemory<byte>> names, CancellationToken cancellationToken)
    {
        var slots = await cluster.SlotsAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(names.GroupBy(name => MasterOf(slots, name.Span)).Select(async group =>
        {
            var line = await LineAsync(group.Key, cancellationToken).ConfigureAwait(false);
            await DoAsync(line, [.. group.Select(name => (ReadOnlyMemory<byte>[])[Unlink, name])], null, cancellationToken).ConfigureAwait(false);
        })).ConfigureAwait(false);
    }

    /// <summary>Asks the replicas what they have, and gives the least mark that is not confirmed; <c>null</c> if everything is.</summary>
    /// <exception cref="RedisException">A connection broke: everything that is not confirmed has to be written again, by another writer.</exception>
    public async Task<long?> ConfirmAsync()
    {
        await Task.WhenAll(_lines.Values.Where(line => line.Unconfirmed is not null).Select(async line =>
        {
            var reply = await line.Connection.SendAsync(
                RedisCluster.AnswerWithin, "WAIT", "1", WaitMilliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture)).ConfigureAwait(false);
            if (reply.Integer >= 1)
            {
                line.Unconfirmed = null;
            }
            else if (reply.Error is { } error)
            {
                throw new RedisException($"{line.Connection.Endpoint} says {error}");
            }
        })).ConfigureAwait(false);
        return _lines.Values.Select(line => line.Unconfirmed).Where(mark => mark is not null).DefaultIfEmpty(null).Min();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var line in _lines.Values)
        {
            await line.Connection.DisposeAsync().ConfigureAwait(false);
        }

        _lines.Clear();
    }

    private static RedisEndpoint MasterOf(RedisSlots slots, ReadOnlySpan<byte> name) =>
        slots.Of(RedisSlots.SlotOf(name))?.Master ?? throw new RedisException("some slots have no server");

    /// <param name="mark">Of what is written; <c>null</c> for what needs no confirmation.</param>
    private async Task DoAsync(Line line, IReadOnlyList<ReadOnlyMemory<byte>[]> commands, long? mark, CancellationToken cancellationToken)
    {
        for (var next = 0; next < commands.Count;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (first, bytes) = (next, 0L);
            while (next < commands.Count && (next == first || bytes < BytesMax))
            {
                bytes += commands[next++].Sum(static word => (long)word.Length);
            }

            var last = next;
            var replies = await line.Connection.SendAsync(RedisCluster.AnswerWithin, last - first, target =>
            {
                for (var i = first; i < last; i++)
                {
                    RedisCommand.Write(target, commands[i]);
                }
            }).ConfigureAwait(false);
            for (var i = 0; i < replies.Length; i++)
            {
                if (replies[i].ErrorCode == "ASK" && RedisEndpoint.TryParse(replies[i].Error!.Split(' ')[^1], out var other))
                {
                    await AskingAsync(other, commands[first + i], mark, cancellationToken).ConfigureAwait(false);
                }
                else if (replies[i].Error is { } error)
                {
                    throw new RedisException($"{line.Connection.Endpoint} says {error}");
                }
            }
        }
    }

    /// <summary>The slot is on its way to another server, which takes what the old one does not have any more.</summary>
    private async Task AskingAsync(RedisEndpoint other, ReadOnlyMemory<byte>[] command, long? mark, CancellationToken cancellationToken)
    {
        var line = await LineAsync(other, cancellationToken).ConfigureAwait(false);
        line.Unconfirmed ??= mark;
        var replies = await line.Connection.SendAsync(RedisCluster.AnswerWithin, 2, target =>
        {
            RedisCommand.Write(target, "ASKING");
            RedisCommand.Write(target, command);
        }).ConfigureAwait(false);
        if (replies[1].Error is { } error)
        {
            throw new RedisException($"{other} says {error}");
        }
    }

    private async Task<Line> LineAsync(RedisEndpoint endpoint, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_lines.TryGetValue(endpoint, out var known))
            {
                return known;
            }
        }

        var connection = await cluster.OpenAsync(endpoint, cancellationToken).ConfigureAwait(false);
        Line? twin;
        lock (_gate)
        {
            if (_lines.TryAdd(endpoint, new Line(connection)))
            {
                return _lines[endpoint];
            }

            twin = _lines[endpoint];
        }

        await connection.DisposeAsync().ConfigureAwait(false);
        return twin;
    }

    /// <summary>A connection to a master, and the mark from which on nothing is confirmed that was written over it.</summary>
    private sealed class Line(RedisConnection connection)
    {
        public RedisConnection Connection => connection;

        public long? Unconfirmed { get; set; }
    }
}
