using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>A client of the original system: frames of a 4-byte big-endian length and UTF-8 text.</summary>
internal sealed class TextClient : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly Socket _socket;

    private TextClient(Socket socket) => _socket = socket;

    /// <param name="endpoint">Host and port.</param>
    public static async Task<TextClient> ConnectAsync(string endpoint)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPEndPoint.Parse(endpoint));
            return new TextClient(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static byte[] Frame(string text)
    {
        var frame = new byte[4 + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        Encoding.UTF8.GetBytes(text, frame.AsSpan(4));
        return frame;
    }

    public Task SendAsync(string text) => SendBytesAsync(Frame(text));

    public async Task SendBytesAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None)..];
        }
    }

    /// <summary>Sends and gives the answer, which must come.</summary>
    public async Task<string> AskAsync(string text)
    {
        await SendAsync(text);
        return await ReceiveAsync() ?? throw new XunitException($"The gateway closed the connection instead of answering '{text}'.");
    }

    /// <summary>The next frame; <c>null</c> if the gateway closed the connection.</summary>
    public async Task<string?> ReceiveAsync(TimeSpan? within = null)
    {
        using var deadline = new CancellationTokenSource(within ?? Patience);
        try
        {
            var head = new byte[4];
            if (!await ReadAsync(head, deadline.Token))
            {
                return null;
            }

            var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head)];
            return await ReadAsync(body, deadline.Token) ? Encoding.UTF8.GetString(body) : throw new XunitException("The gateway cut a frame.");
        }
        catch (OperationCanceledException)
        {
            throw new XunitException($"The gateway neither answered nor closed the connection within {(within ?? Patience).TotalSeconds} s.");
        }
    }

    /// <summary>Waits until the gateway closes the connection without another word.</summary>
    public async Task ClosesAsync(TimeSpan? within = null) => Assert.Null(await ReceiveAsync(within));

    public void Dispose() => _socket.Dispose();

    private async Task<bool> ReadAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        while (!target.IsEmpty)
        {
            int read;
            try
            {
                read = await _socket.ReceiveAsync(target, SocketFlags.None, cancellationToken);
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
            {
                return false;
            }

            if (read == 0)
            {
                return false;
            }

            target = target[read..];
        }

        return true;
    }
}
