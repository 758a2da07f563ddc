using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ReplicatedDs.SlowCallers;

/// <summary>A caller that takes its time.</summary>
internal sealed class SlowConnection : IDisposable
{
    private static readonly TimeSpan Drop = TimeSpan.FromMilliseconds(250);
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private SlowConnection()
    {
    }

    /// <summary>What came back, once <see cref="DripAsync"/> has ended.</summary>
    public string Answer { get; private set; } = "";

    /// <param name="isDeaf">It will not read much: what lies between fills soon, as it does between two machines.</param>
    public static async Task<SlowConnection> ConnectAsync(EndPoint endpoint, bool isDeaf = false)
    {
        var connection = new SlowConnection();
        if (isDeaf)
        {
            connection._socket.ReceiveBufferSize = 4096;
            if (OperatingSystem.IsLinux())
            {
                // Segments of loopback have 64 KiB, and the sender's buffer is a multiple of that.
                const int Tcp = 6, MaximumSegment = 2;
                connection._socket.SetRawSocketOption(Tcp, MaximumSegment, BitConverter.GetBytes(1460));
            }
        }

        await connection._socket.ConnectAsync(endpoint);
        return connection;
    }

    public async Task SendAsync(string text) => await _socket.SendAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>Goes on with one byte at a time, four a second, until the other side has had enough; fails if it never has.</summary>
    /// <param name="endless">What is sent, again and again.</param>
    public async Task DripAsync(string endless, TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        using var drops = new PeriodicTimer(Drop);
        var closed = ReadToEndAsync(deadline.Token);
        try
        {
            for (var i = 0; !closed.IsCompleted && await drops.WaitForNextTickAsync(deadline.Token); i++)
            {
                await _socket.SendAsync(Encoding.ASCII.GetBytes([endless[i % endless.Length]]), deadline.Token);
            }
        }
        catch (SocketException)
        {
            // It has closed: what it said before is read below.
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The connection is still open after {within.TotalSeconds} s.");
        }

        Answer = await closed;
    }

    /// <summary>Reads nothing and waits until the other side has given the connection up, which a failing send shows.</summary>
    public async Task IsGivenUpAsync(string endless, TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        using var drops = new PeriodicTimer(Drop);
        try
        {
            while (await drops.WaitForNextTickAsync(deadline.Token))
            {
                await _socket.SendAsync(Encoding.ASCII.GetBytes(endless), deadline.Token);
            }
        }
        catch (SocketException)
        {
            // Reset by the other side.
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The connection is still open after {within.TotalSeconds} s.");
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task<string> ReadToEndAsync(CancellationToken cancellationToken)
    {
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await _socket.ReceiveAsync(buffer, cancellationToken) is > 0 and var count)
            {
                answer.Append(Encoding.ASCII.GetString(buffer, 0, count));
            }
        }
        catch (SocketException)
        {
            // Reset.
        }

        return answer.ToString();
    }
}
