using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ReplicatedDs.Bench.Loads;

/// <summary>
/// A keep-alive connection that sends prepared HTTP/1.1 requests and reads no more of the answers than it must: the load must not be what is measured.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[32 << 10];
    private int _end;

    /// <param name="address">Loopback, if none.</param>
    public static async Task<HttpConnection> OpenAsync(int port, IPAddress? address = null)
    {
        var connection = new HttpConnection();
        try
        {
            await connection._socket.ConnectAsync(address ?? IPAddress.Loopback, port).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <value>The whole answer to the last request.</value>
    public ReadOnlySpan<byte> Answer => _buffer.AsSpan(0, _end);

    public static async Task WaitForAsync(int port, byte[] request, TimeSpan patience, IPAddress? address = null)
    {
        for (var clock = Stopwatch.StartNew(); ;)
        {
            try
            {
                if ((await OnceAsync(port, request, address).ConfigureAwait(false)).StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is SocketException or IOException)
            {
                // Not listening yet.
            }

            if (clock.Elapsed > patience)
            {
                throw new TimeoutException($"{address ?? IPAddress.Loopback}:{port} did not answer with 200 within {patience.TotalSeconds} s.");
            }

            await Task.Delay(20).ConfigureAwait(false);
        }
    }

    /// <summary>The whole answer to one request on a connection of its own.</summary>
    public static async Task<string> OnceAsync(int port, byte[] request, IPAddress? address = null)
    {
        using var connection = await OpenAsync(port, address).ConfigureAwait(false);
        await connection.AskAsync(request).ConfigureAwait(false);
        return Encoding.UTF8.GetString(connection.Answer);
    }

    /// <returns>The status.</returns>
    public async ValueTask<int> AskAsync(ReadOnlyMemory<byte> request)
    {
        while (!request.IsEmpty)
        {
            request = request[await _socket.SendAsync(request).ConfigureAwait(false)..];
        }

        _end = 0;
        while (!IsWhole(_buffer.AsSpan(0, _end)))
        {
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(_end)).ConfigureAwait(false);
            _end += read > 0 ? read : throw new IOException("The server closed the connection.");
        }

        return ((_buffer[9] - '0') * 100) + ((_buffer[10] - '0') * 10) + (_buffer[11] - '0');
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return false;
        }

        var at = answer[..head].IndexOf("\r\nContent-Length: "u8);
        if (at < 0)
        {
            return answer.EndsWith("0\r\n\r\n"u8); // in chunks
        }

        var length = 0;
        for (var i = at + 18; answer[i] is >= (byte)'0' and <= (byte)'9'; i++)
        {
            length = (length * 10) + answer[i] - '0';
        }

        return answer.Length >= head + 4 + length;
    }
}
