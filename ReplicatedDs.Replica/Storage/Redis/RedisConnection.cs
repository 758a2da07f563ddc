using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace ReplicatedDs.Replica.Storage.Redis;

/// <summary>
/// One connection to one Redis server. Commands are answered in the order in which they were sent; whoever sends while others wait shares their packets.
/// Once it is broken it stays so: what was sent over it is confirmed by it or by nobody. Safe from any thread.
/// </summary>
/// <remarks>
/// Not a client library that connects again underneath: WAIT confirms what its own connection has written, so a connection that was quietly exchanged in between
/// would confirm what it has never seen.
/// </remarks>
internal sealed class RedisConnection : IAsyncDisposable
{
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(2);

    private readonly Socket _socket;
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource<RedisReply>> _waiting = new();
    private ArrayBufferWriter<byte> _next = new();
    private ArrayBufferWriter<byte> _spare = new();
    private bool _isSending;
    private Exception? _broken;
    private Task _reading = Task.CompletedTask;

    private RedisConnection(RedisEndpoint endpoint, Socket socket) => (Endpoint, _socket) = (endpoint, socket);

    public RedisEndpoint Endpoint { get; }

    public bool IsBroken
    {
        get
        {
            lock (_gate)
            {
                return _broken is not null;
            }
        }
    }

    /// <exception cref="RedisException">It does not answer, or does not take the password.</exception>
    public static async Task<RedisConnection> OpenAsync(RedisEndpoint endpoint, string? user, string? password, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var connection = new RedisConnection(endpoint, socket);
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(ConnectWithin);
            await socket.ConnectAsync(endpoint.Host, endpoint.Port, deadline.Token).ConfigureAwait(false);
            connection._reading = connection.ReadAsync();
            if (password is not null)
            {
                string[] login = user is null ? ["AUTH", password] : ["AUTH", user, password];
                var reply = await connection.SendAsync(ConnectWithin, login).ConfigureAwait(false);
                if (reply.Error is not null)
                {
                    throw new RedisException($"{endpoint} does not take the password"); // the answer may quote it
                }
            }

            return connection;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or RedisException)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw exception as RedisException ?? new RedisException($"{endpoint} cannot be reached ({(exception is SocketException ? exception.Message : "no answer in time")})", exception);
        }
    }

    /// <exception cref="RedisException">The connection broke, or there was no answer in time, which breaks it.</exception>
    public Task<RedisReply> SendAsync(TimeSpan within, params string[] words) => SendAsync(within, target => RedisCommand.Write(target, words));

    /// <summary>The same with a command that <paramref name="write"/> writes.</summary>
    public async Task<RedisReply> SendAsync(TimeSpan within, Action<IBufferWriter<byte>> write) => (await SendAsync(within, 1, write).ConfigureAwait(false))[0];

    /// <summary>The same with several commands.</summary>
    public async Task<RedisReply[]> SendAsync(TimeSpan within, int count, Action<IBufferWriter<byte>> write)
    {
        var replies = new Task<RedisReply>[count];
        var sends = false;
        lock (_gate)
        {
            if (_broken is { } broken)
            {
                throw Broken(broken);
            }

            write(_next);
            for (var i = 0; i < count; i++)
            {
                var waiting = new TaskCompletionSource<RedisReply>(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Enqueue(waiting);
                replies[i] = waiting.Task;
            }

            (sends, _isSending) = (!_isSending, true);
        }

        if (sends)
        {
            _ = SendAllAsync();
        }

        try
        {
            return await Task.WhenAll(replies).WaitAsync(within).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            // Answers that still come belong to commands that nobody waits for any more.
            Break(exception);
            throw Broken(exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Break(new ObjectDisposedException(nameof(RedisConnection)));
        await _reading.ConfigureAwait(false);
    }

    private async Task SendAllAsync()
    {
        try
        {
            while (true)
            {
                ArrayBufferWriter<byte> now;
                lock (_gate)
                {
                    if (_next.WrittenCount == 0 || _broken is not null)
                    {
                        _isSending = false;
                        return;
                    }

                    (now, _next) = (_next, _spare);
                }

                for (var rest = now.WrittenMemory; !rest.IsEmpty;)
                {
                    rest = rest[await _socket.SendAsync(rest).ConfigureAwait(false)..];
                }

                lock (_gate)
                {
                    now.ResetWrittenCount();
                    _spare = now.Capacity > 1 << 20 ? new ArrayBufferWriter<byte>() : now;
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Break(exception);
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            var stream = new NetworkStream(_socket, ownsSocket: false);
            await using (stream.ConfigureAwait(false))
            {
                var input = PipeReader.Create(stream);
                while (true)
                {
                    var read = await input.ReadAsync().ConfigureAwait(false);
                    var buffer = read.Buffer;
                    while (RedisReplyReader.Read(ref buffer) is { } reply)
                    {
                        Answer(reply);
                    }

                    input.AdvanceTo(buffer.Start, buffer.End);
                    if (read.IsCompleted)
                    {
                        throw new IOException("the server closed the connection");
                    }
                }
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or InvalidDataException or ObjectDisposedException)
        {
            Break(exception);
        }
    }

    private void Answer(RedisReply reply)
    {
        TaskCompletionSource<RedisReply>? waiting;
        lock (_gate)
        {
            _waiting.TryDequeue(out waiting);
        }

        waiting?.TrySetResult(reply);
    }

    private void Break(Exception reason)
    {
        TaskCompletionSource<RedisReply>[] left;
        lock (_gate)
        {
            _broken ??= reason;
            left = [.. _waiting];
            _waiting.Clear();
        }

        _socket.Dispose();
        foreach (var one in left)
        {
            one.TrySetException(Broken(reason));
            _ = one.Task.Exception; // whoever waited may have gone
        }
    }

    private RedisException Broken(Exception reason) => new(
        reason is TimeoutException ? $"{Endpoint} does not answer in time" : $"the connection to {Endpoint} broke ({reason.Message.TrimEnd('.')})", reason);
}
