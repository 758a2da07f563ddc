using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ReplicatedDs.Replica.Tests.Gateways;

/// <summary>A client of the Redis protocol that shows replies as text: what came, type by type.</summary>
internal sealed class RespClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TcpClient _client = new();
    private BufferedStream _reading = null!;

    private RespClient()
    {
    }

    /// <param name="from">Another address of this machine than the usual one.</param>
    public static async Task<RespClient> ConnectAsync(IPEndPoint endpoint, IPAddress? from = null)
    {
        var client = new RespClient();
        if (from is not null)
        {
            client._client.Client.Bind(new IPEndPoint(from, 0));
        }

        await client._client.ConnectAsync(endpoint);
        client._client.NoDelay = true;
        client._reading = new BufferedStream(client._client.GetStream(), 16 << 10);
        return client;
    }

    /// <summary>A command as clients send it; a word with spaces stands in single quotes.</summary>
    public static byte[] Frame(params string[] words)
    {
        var frame = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
        foreach (var word in words)
        {
            frame.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        }

        return Encoding.UTF8.GetBytes(frame.ToString());
    }

    public Task SendAsync(string command) => SendBytesAsync(Frame(command.Split(' ')));

    public async Task SendBytesAsync(ReadOnlyMemory<byte> bytes) => await _client.GetStream().WriteAsync(bytes);

    public async Task<string> AskAsync(string command)
    {
        await SendAsync(command);
        return await ReceiveAsync();
    }

    public async Task<string> AskAsync(params string[] words)
    {
        await SendBytesAsync(Frame(words));
        return await ReceiveAsync();
    }

    /// <summary>The next reply: <c>+OK</c>, <c>:1</c>, <c>"bulk"</c>, <c>[a, b]</c>, <c>~[…]</c>, <c>%[…]</c>, <c>&gt;[…]</c>, <c>null</c>.</summary>
    public Task<string> ReceiveAsync() => ReadAsync().WaitAsync(Patience);

    /// <summary>Waits until the replica has closed the connection, without a further reply.</summary>
    public async Task ClosedAsync()
    {
        try
        {
            Assert.Equal(0, await _reading.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience));
        }
        catch (IOException)
        {
            // Reset: closed as well.
        }
    }

    public void HalfClose() => _client.Client.Shutdown(SocketShutdown.Send);

    public void Dispose() => _client.Dispose();

    private async Task<string> ReadAsync()
    {
        var line = await LineAsync();
        switch (line[0])
        {
            case '$' or '=' when line != "$-1":
                var bytes = new byte[int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture) + 2];
                await _reading.ReadExactlyAsync(bytes);
                Assert.Equal("\r\n"u8.ToArray(), bytes[^2..]);
                return $"\"{Encoding.UTF8.GetString(bytes.AsSpan(0, bytes.Length - 2))}\"";
            case '$' or '_':
                return "null";
            case '*' when line == "*-1":
                return "null[]";
            case '*' or '~' or '>' or '%':
                var count = int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture) * (line[0] == '%' ? 2 : 1);
                var items = new List<string>();
                while (items.Count < count)
                {
                    items.Add(await ReadAsync());
                }

                return $"{(line[0] == '*' ? "" : line[0])}[{string.Join(", ", items)}]";
            default:
                Assert.Contains(line[0], "+-:");
                return line;
        }
    }

    private async Task<string> LineAsync()
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (line is not [.., (byte)'\r', (byte)'\n'])
        {
            if (await _reading.ReadAsync(one) == 0)
            {
                throw new IOException($"The gateway closed the connection after '{Encoding.UTF8.GetString([.. line])}'.");
            }

            line.Add(one[0]);
        }

        return Encoding.UTF8.GetString([.. line])[..^2];
    }
}
