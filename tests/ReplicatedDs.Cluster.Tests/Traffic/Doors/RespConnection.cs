using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ReplicatedDs.Cluster.Tests.Traffic.Doors;

/// <summary>A connection that speaks RESP2. Replies are text, <see cref="long"/>, <c>null</c>, <see cref="RespError"/> or a list of these.</summary>
internal sealed class RespConnection : IDisposable
{
    private readonly TcpClient _client;
    private readonly byte[] _buffer = new byte[16 << 10];
    private int _at;
    private int _end;

    private RespConnection(TcpClient client) => _client = client;

    public static async Task<RespConnection> OpenAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(endpoint, cancellationToken);
            return new RespConnection(client);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Sends commands at once and reads a reply to each.</summary>
    public async Task<object?[]> AskAsync(IReadOnlyList<string[]> commands, CancellationToken cancellationToken)
    {
        var frames = new StringBuilder();
        foreach (var words in commands)
        {
            frames.Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
            foreach (var word in words)
            {
                frames.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
            }
        }

        await _client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(frames.ToString()), cancellationToken);
        var replies = new object?[commands.Count];
        for (var i = 0; i < replies.Length; i++)
        {
            replies[i] = await ReadAsync(cancellationToken);
        }

        return replies;
    }

    public void Dispose() => _client.Dispose();

    private async ValueTask<object?> ReadAsync(CancellationToken cancellationToken)
    {
        var line = await LineAsync(cancellationToken);
        switch (line[0])
        {
            case '+':
                return line[1..];
            case '-':
                return new RespError(line[1..]);
            case ':':
                return long.Parse(line.AsSpan(1), CultureInfo.InvariantCulture);
            case '$' when line == "$-1":
            case '*' when line == "*-1":
                return null;
            case '$':
                var text = await TakeAsync(int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture) + 2, cancellationToken);
                return text[..^2];
            case '*':
                var items = new object?[int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture)];
                for (var i = 0; i < items.Length; i++)
                {
                    items[i] = await ReadAsync(cancellationToken);
                }

                return items;
            default:
                throw new IOException($"'{line}' is no reply.");
        }
    }

    private async ValueTask<string> LineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (true)
        {
            for (; _at < _end; _at++)
            {
                if (_buffer[_at] == '\n')
                {
                    _at++;
                    return line.ToString(0, line.Length - 1);
                }

                line.Append((char)_buffer[_at]);
            }

            await FillAsync(cancellationToken);
        }
    }

    private async ValueTask<string> TakeAsync(int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        for (var taken = 0; taken < length;)
        {
            if (_at == _end)
            {
                await FillAsync(cancellationToken);
            }

            var piece = Math.Min(length - taken, _end - _at);
            _buffer.AsSpan(_at, piece).CopyTo(bytes.AsSpan(taken));
            (_at, taken) = (_at + piece, taken + piece);
        }

        return Encoding.UTF8.GetString(bytes);
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        (_at, _end) = (0, await _client.GetStream().ReadAsync(_buffer, cancellationToken));
        if (_end == 0)
        {
            throw new IOException("The gateway closed the connection.");
        }
    }
}
