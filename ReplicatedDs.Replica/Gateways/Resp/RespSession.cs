using System.Collections.Immutable;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;
using ReplicatedDs.Replica.Gateways.Resp.Commands;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Security;
using ReplicatedDs.Replica.Storage;

namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>
/// What one connection says, command by command. One connection is one causal session. Writes are begun in their order without waiting for
/// those before them; answers go out in order. Not thread-safe: a connection's commands come one after the other.
/// </summary>
internal sealed class RespSession(RespServer server, RespWriter writer, ConnectionContext connection, CancellationToken stop)
{
    private const int PendingMax = 1024;
    private const long PendingBytesMax = 4 << 20;
    private const int AttemptsMax = 100;

    // From this attempt on other writers of this replica are held back.
    private const int AttemptsWithoutLease = 2;

    private static readonly TimeSpan CoverTimeout = TimeSpan.FromSeconds(5);

    private readonly Queue<PendingReply> _pending = new();
    private readonly HashSet<string> _pendingKeys = new(StringComparer.Ordinal);
    private long _pendingBytes;
    private Task<RequestResult>? _lastWriting;
    private VectorClock _seen = VectorClock.Empty;

    // Commands come one after the other and nothing of it is kept: one serves all.
    private RespTransaction? _single;

    private readonly RespReadahead _ahead = new();

    // What has arrived and is carried out now, and up to which command.
    private List<byte[][]> _arrived = [];
    private int _at;

    public long Id { get; } = server.Clients.NextId();

    public string Name { get; set; } = "";

    /// <summary>What the connection may do.</summary>
    public AccessRole Role { get; set; } = server.Keys.Anybody;

    /// <summary>Whether it has to show a key before it may do anything.</summary>
    public bool IsStranger => Role == AccessRole.None;

    public string Library { get; set; } = "";

    public string LibraryVersion { get; set; } = "";

    public EndPoint? Peer => connection.RemoteEndPoint;

    public long OpenedAt { get; } = server.Time.GetTimestamp();

    public string LastCommand { get; private set; } = "NULL";

    public RespServer Server => server;

    /// <summary>2 or 3.</summary>
    public int Version { get => writer.Version; set => writer.Version = value; }

    /// <summary>Whether the connection is to be closed.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Why, if not because the client asked for it.</summary>
    public string? ClosedBecause { get; private set; }

    /// <summary>The begun MULTI; <c>null</c> without one.</summary>
    public RespMulti? Multi { get; set; }

    public Dictionary<string, Watched> Watches { get; } = new(StringComparer.Ordinal);

    public Subscriptions Subscriptions { get; } = new();

    /// <summary>Everything that this session has read, written and waited for.</summary>
    public VectorClock Seen => _seen;

    /// <summary>Ends when the client has sent its last, or the replica stops.</summary>
    public CancellationToken Closed => connection.ConnectionClosed;

    public CancellationToken Stop => stop;

    /// <summary>Carries out commands that arrived together, in their order, until the connection is to be closed. Answers are written or wait for their turn.</summary>
    public async ValueTask TakeAsync(List<byte[][]> commands)
    {
        _arrived = commands;
        for (_at = 0; _at < commands.Count && !IsOver; _at++)
        {
            await TakeAsync(commands[_at]).ConfigureAwait(false);
        }
    }

    private async ValueTask TakeAsync(byte[][] words)
    {
        var command = CommandTable.Find(words[0]);
        try
        {
            if (command is null)
            {
                throw Unknown(words);
            }

            LastCommand = command.Name;
            RequireRole(command);
            if (!command.Takes(words.Length))
            {
                throw new RespException($"ERR wrong number of arguments for '{command.Name.ToLowerInvariant()}' command");
            }

            if (Version == 2 && Subscriptions.Count > 0 && !command.IsOfSubscribers)
            {
                throw new RespException($"ERR Can't execute '{command.Name.ToLowerInvariant()}': only (P)SUBSCRIBE / (P)UNSUBSCRIBE / PING / QUIT are allowed in this context");
            }

            if (Multi is { } multi && !command.IsOfTransactions)
            {
                multi.Add(command, words);
                await AnswerAsync(RespReply.Queued).ConfigureAwait(false);
            }
            else if (command.Data is not null)
            {
                await DataAsync(command, words).ConfigureAwait(false);
            }
            else
            {
                // These may look at or change what earlier writes of the connection have to do with.
                await DrainAsync().ConfigureAwait(false);
                if (await command.Session!(this, words).ConfigureAwait(false) is { } reply)
                {
                    await AnswerAsync(reply).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (ErrorOf(exception) is { } error)
        {
            if (Multi is { } multi && command?.IsOfTransactions != true)
            {
                multi.IsBroken = true;
            }

            await AnswerAsync(error).ConfigureAwait(false);
        }
    }

    private void RequireRole(RespCommand command)
    {
        if (command.IsOfStrangers || Role >= (command.IsWrite ? AccessRole.Write : AccessRole.Read))
        {
            return;
        }

        throw new RespException(Role == AccessRole.None
            ? "NOAUTH Authentication required."
            : $"NOPERM this user has no permissions to run the '{command.Name.ToLowerInvariant()}' command");
    }

    /// <summary>Answers after everything that was asked before.</summary>
    public async ValueTask AnswerAsync(RespReply reply)
    {
        if (_pending.Count == 0)
        {
            await writer.WriteAsync(reply, stop).ConfigureAwait(false);
            return;
        }

        await EnqueueAsync(new PendingReply(reply, null, []), reply.Size).ConfigureAwait(false);
    }

    /// <summary>Waits until all writes are done, and answers them.</summary>
    public async ValueTask DrainAsync()
    {
        if (_lastWriting is { } last)
        {
            // Writes are answered in their order: one wait for the last of them instead of one for each.
            _lastWriting = null;
            await ((Task)last).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        while (_pending.TryDequeue(out var next))
        {
            RespReply reply;
            try
            {
                reply = next.Writing is { } writing ? ToReply(await writing.ConfigureAwait(false), next.Reply, next.Operations) : next.Reply!;
            }
            catch (Exception exception) when (ErrorOf(exception) is { } error)
            {
                reply = error;
            }

            await writer.WriteAsync(reply, stop).ConfigureAwait(false);
        }

        _pendingKeys.Clear();
        _pendingBytes = 0;

        // A connection that is silent must not keep an old root.
        _ahead.Clear();
        _single?.Restart(ReplicaState.Empty);
    }

    /// <summary>Sends what was answered so far: the next command may take long.</summary>
    public ValueTask FlushAsync() => writer.FlushAsync(stop);

    public void Quit(string? reason = null) => (IsOver, ClosedBecause) = (true, reason);

    /// <summary>A root with everything that this session has seen.</summary>
    public ValueTask<ReplicaState> RootAsync()
    {
        server.Node.RequireServing();
        var root = server.Node.State;
        return root.Delivered.Covers(_seen) ? ValueTask.FromResult(root) : CoverAsync();

        async ValueTask<ReplicaState> CoverAsync() => await server.Node.WaitUntilCoveredAsync(_seen, CoverTimeout, stop).ConfigureAwait(false)
            ?? throw new RespException("TRYAGAIN the replica no longer covers what this connection has seen");
    }

    public void Saw(VectorClock clock) => _seen = _seen.Merge(clock);

    public RespTransaction Begin(ReplicaState root, bool isMulti) =>
        new(root, server.Node.RequireServing().Id, server.Time.UnixMicroseconds(), server.Api, isMulti) { Ahead = isMulti ? null : _ahead };

    /// <summary>The reply to a write.</summary>
    /// <exception cref="RespException">It was not done.</exception>
    public RespReply ToReply(RequestResult result, RespReply? reply, ImmutableArray<KeyOperation> operations)
    {
        switch (result)
        {
            case Written written:
                Saw(written.Clock);
                return reply ?? RespReply.Integer(written.Effects.AsSpan() is [var only] ? only : written.Effects.Sum());
            case WrongType wrong:
                throw IsIncrementOfRegister(wrong, operations) ? RespException.NotAnInteger() : RespException.WrongType();
            case Overflow:
                throw new RespException(RespException.OverflowText);
            case Refused refused:
                throw new RespException("READONLY " + refused.Detail);
            default:
                throw new InvalidOperationException($"A write was answered with {result}.");
        }
    }

    private static bool IsIncrementOfRegister(WrongType wrong, ImmutableArray<KeyOperation> operations) =>
        wrong.Kind == ValueKind.Register && operations.Any(one => one is IncrementOperation && one.Key == wrong.Key);

    /// <summary>
    /// Tries until what was read has not changed when it is written.
    /// </summary>
    /// <param name="evaluate">Reads and writes on a root; <c>false</c>: give up, nothing is to be written.</param>
    /// <param name="key">The only key, if there is only one: after some attempts other writers of this replica are held back from it.</param>
    /// <returns>The result; <c>null</c> if nothing was to be written.</returns>
    public async ValueTask<RequestResult?> TryAsync(
        Func<RespTransaction, bool> evaluate, Func<ImmutableArray<WriteCondition>> more, bool isMulti, string? key = null)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            using var lease = attempt < AttemptsWithoutLease || key is null ? null : await server.Writes.LeaseAsync(key, stop).ConfigureAwait(false);
            var root = await RootAsync().ConfigureAwait(false);
            var transaction = Begin(root, isMulti);
            var goesOn = evaluate(transaction);
            if (transaction.LacksValues)
            {
                transaction = Begin(await server.Node.WithValuesAsync(root, transaction.KeysRead, stop).ConfigureAwait(false), isMulti);
                goesOn = evaluate(transaction);
            }

            if (!goesOn || transaction.Count == 0)
            {
                Saw(root.Delivered);
                return null;
            }

            var writing = await server.Writes
                .BeginAsync(transaction.Operations(), [.. transaction.Conditions(), .. more()], lease, stop).ConfigureAwait(false);
            var result = await writing.ConfigureAwait(false);
            if (result is not ConditionFailed && !(isMulti && result is WrongType or Overflow))
            {
                return result;
            }
        }

        throw new RespException("TRYAGAIN others write these keys all the time; nothing was changed");
    }

    private async ValueTask DataAsync(RespCommand command, byte[][] words)
    {
        var root = command.IsRead && words.Length == 2 && LookAhead(words) is { } found ? found : await RootAsync().ConfigureAwait(false);
        var transaction = _single ??= Begin(root, isMulti: false);
        transaction.Restart(root);
        var reply = Evaluate(command, transaction, words);
        if (transaction.LacksValues)
        {
            _ahead.Clear(); // the values that the next commands find there may be gone when these have come
            transaction.Restart(await server.Node.WithValuesAsync(root, transaction.KeysRead, stop).ConfigureAwait(false));
            reply = Evaluate(command, transaction, words);
        }

        if (_pendingKeys.Count > 0 && transaction.HasRead(_pendingKeys))
        {
            // What this connection has written has to be there first.
            await DrainAsync().ConfigureAwait(false);
            await DataAsync(command, words).ConfigureAwait(false);
            return;
        }

        if (transaction.Count == 0 || reply is { Kind: RespKind.Error })
        {
            Saw(root.Delivered);
            transaction.RecordReads(server.Reads);

            await AnswerAsync(reply!).ConfigureAwait(false);
            return;
        }

        if (!transaction.HasReads)
        {
            await BeginAsync(transaction.Operations(), reply).ConfigureAwait(false);
            return;
        }

        await ReadAndWriteAsync(command, words).ConfigureAwait(false);
    }

    /// <summary>
    /// Finds the keys of a row of equal commands together, each of which reads one, beginning with this one. Nothing else is done between them, so that all may read one root.
    /// </summary>
    /// <returns>The root that they were found on; <c>null</c> if they were not.</returns>
    private ReplicaState? LookAhead(byte[][] words)
    {
        server.Node.RequireServing();
        if (!_ahead.IsNext(words[1]))
        {
            _ahead.Clear();
            if (_arrived.Count - _at < RespReadahead.Min)
            {
                return null; // one command at a time, as most connections do
            }

            for (var i = _at; i < _arrived.Count && _arrived[i] is { Length: 2 } next && ReferenceEquals(next[0], words[0]) && _ahead.TryAdd(next[1]); i++)
            {
                // The decoder has equal names of commands once.
            }

            _ahead.Find(server.Node.State);
        }

        return _ahead.Root is { } root && root.Delivered.Covers(_seen) ? root : null;
    }

    private async ValueTask ReadAndWriteAsync(RespCommand command, byte[][] words)
    {
        RespReply? reply = null;
        ImmutableArray<KeyOperation> operations = [];
        var result = await TryAsync(
            again =>
            {
                reply = command.Data!(again, words);
                operations = again.Operations();
                return true;
            },
            static () => [],
            isMulti: false,
            command.Keys is (1, 1, 1) ? KeyOf(words[1]) : null).ConfigureAwait(false);
        await AnswerAsync(result is null ? reply! : ToReply(result, reply, operations)).ConfigureAwait(false);
    }

    private static RespReply? Evaluate(RespCommand command, RespTransaction transaction, byte[][] words)
    {
        try
        {
            return command.Data!(transaction, words);
        }
        catch (RespException exception)
        {
            return RespReply.Error(exception.Message);
        }
    }

    private async ValueTask BeginAsync(ImmutableArray<KeyOperation> operations, RespReply? reply)
    {
        var writing = await server.Writes.BeginAsync(operations, [], null, stop).ConfigureAwait(false);
        _lastWriting = writing;
        var bytes = 0L;
        foreach (var operation in operations)
        {
            _pendingKeys.Add(operation.Key);
            bytes += operation is SetOperation set ? set.Value.Length : 0;
        }

        await EnqueueAsync(new PendingReply(reply, writing, operations), bytes).ConfigureAwait(false);
    }

    private async ValueTask EnqueueAsync(PendingReply reply, long bytes)
    {
        _pending.Enqueue(reply);
        _pendingBytes += bytes;
        if (_pending.Count >= PendingMax || _pendingBytes >= PendingBytesMax)
        {
            await DrainAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A word as a key.</summary>
    /// <exception cref="RespException">It is none; the message says why.</exception>
    public static string KeyOf(byte[] word, string what = "key")
    {
        try
        {
            return RawKey.Check(word, what);
        }
        catch (ProblemException problem)
        {
            throw new RespException("ERR " + problem.Message);
        }
    }

    private RespException Unknown(byte[][] words)
    {
        var name = Encoding.UTF8.GetString(words[0]);
        if (name.Equals("POST", StringComparison.OrdinalIgnoreCase) || name.Equals("HOST:", StringComparison.OrdinalIgnoreCase))
        {
            // A web page may make a browser send HTTP here; what its body says must not be done.
            Quit("it speaks HTTP");
            return new RespException("ERR this is not an HTTP port");
        }

        if (CommandTable.WhyNot(name) is { } reason)
        {
            return new RespException($"ERR {name.ToUpperInvariant()} is not supported: {reason}");
        }

        var arguments = new StringBuilder();
        foreach (var word in words.Skip(1).TakeWhile(_ => arguments.Length < 128))
        {
            arguments.Append('\'').Append(Shortened(word)).Append("' ");
        }

        return new RespException($"ERR unknown command '{Shortened(words[0])}', with args beginning with: {arguments}");
    }

    private static string Shortened(byte[] word) => Encoding.UTF8.GetString(word, 0, Math.Min(word.Length, 128));

    /// <summary>The error reply for what ended a command; <c>null</c> for what ends the connection.</summary>
    private static RespReply? ErrorOf(Exception exception) => exception switch
    {
        RespException => RespReply.Error(exception.Message),
        TooManyWrongKeysException => RespReply.Error("WRONGPASS " + exception.Message),
        NodeUnavailableException => RespReply.Error("LOADING " + exception.Message),
        ProblemException { Problem: var problem } when problem.Kind == ProblemKinds.NotReady => RespReply.Error("LOADING " + exception.Message),
        ProblemException => RespReply.Error("ERR " + exception.Message),
        StorageUnavailableException => RespReply.Error("MISCONF " + exception.Message),
        KeyBusyException or OverloadedException => RespReply.Error("TRYAGAIN " + exception.Message),
        _ => null,
    };
}
