using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ReplicatedDs.Replica.Tests.Gateways;

/// <summary>A client as the original system's: a length of 4 bytes, then text.</summary>
internal sealed class TextClient : IDisposable
{
    private readonly TcpClient _client = new();
    private NetworkStream _stream = null!;

    private TextClient()
    {
    }

    /// <param name="from">Another address of this machine than the usual one.</param>
    public static async Task<TextClient> ConnectAsync(IPEndPoint endpoint, IPAddress? from = null)
    {
        var client = new TextClient();
        if (from is not null)
        {
            client._client.Client.Bind(new IPEndPoint(from, 0));
        }

        await client._client.ConnectAsync(endpoint);
        client._client.NoDelay = true;
        client._stream = client._client.GetStream();
        return client;
    }

    public Task SendAsync(string text) => SendBytesAsync(Frame(Encoding.UTF8.GetBytes(text)));

    public async Task SendBytesAsync(byte[] bytes) => await _stream.WriteAsync(bytes);

    public static byte[] Frame(byte[] body)
    {
        var frame = new byte[4 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, body.Length);
        body.CopyTo(frame, 4);
        return frame;
    }

    public async Task<string> ReceiveAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var head = new byte[4];
        await _stream.ReadExactlyAsync(head, deadline.Token);
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head)];
        await _stream.ReadExactlyAsync(body, deadline.Token);
        return Encoding.UTF8.GetString(body);
    }

    public async Task<string> AskAsync(string text)
    {
        await SendAsync(text);
        return await ReceiveAsync();
    }

    /// <summary>Waits until the replica has closed the connection, without a further reply.</summary>
    public async Task ClosedAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            Assert.Equal(0, await _stream.ReadAsync(new byte[1], deadline.Token));
        }
        catch (IOException)
        {
            // Reset: closed as well.
        }
    }

    public void HalfClose() => _client.Client.Shutdown(SocketShutdown.Send);

    public void Dispose() => _client.Dispose();
}
