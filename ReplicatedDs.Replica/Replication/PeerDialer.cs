using System.Net.Sockets;

namespace ReplicatedDs.Replica.Replication;

/// <summary>
/// Opens connections to hosts that may be away. Such a host answers nothing, and a socket knocks only after 1, 3 and 7 seconds, so that one that is back
/// would wait: here another socket knocks every half second, beside those that wait, and the first that gets through is the connection.
/// </summary>
internal static class PeerDialer
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);

    /// <exception cref="SocketException">Nobody listens there, or the address cannot be reached.</exception>
    /// <exception cref="OperationCanceledException">Nothing was answered until <paramref name="cancellationToken"/> ended it.</exception>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var attempts = new List<Task<Socket>>();
        Task<Socket>? used = null;
        try
        {
            Task<Socket>? first = null;
            while (first is null)
            {
                attempts.Add(DialAsync(context, ended.Token));
                var pause = Task.Delay(Interval, ended.Token);
                first = await Task.WhenAny([.. attempts, pause]).ConfigureAwait(false) as Task<Socket>;
                cancellationToken.ThrowIfCancellationRequested();
            }

            var stream = new NetworkStream(await first.ConfigureAwait(false), ownsSocket: true);
            used = first;
            return stream;
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            foreach (var other in attempts.Where(attempt => attempt != used))
            {
                _ = CloseAsync(other);
            }
        }
    }

    private static async Task<Socket> DialAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task CloseAsync(Task<Socket> attempt)
    {
        try
        {
            (await attempt.ConfigureAwait(false)).Dispose();
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // It never got through.
        }
    }
}
