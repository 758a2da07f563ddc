using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ReplicatedDs.Bench.Loads;

/// <summary>A connection that speaks as much of the Redis protocol as is measured here. One command after the other, or many at once.</summary>
internal sealed class RespConnection : IDisposable
{
    public const string ProbeKey = "bench:probe";

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;

    /// <param name="address">Loopback, if none.</param>
    /// <param name="password">Shown first, if the server wants one.</param>
    public static async Task<RespConnection> OpenAsync(int port, IPAddress? address = null, string? password = null)
    {
        var connection = new RespConnection();
        try
        {
            await connection._socket.ConnectAsync(address ?? IPAddress.Loopback, port).ConfigureAwait(false);
            return password is null || await connection.AskAsync("AUTH", password).ConfigureAwait(false) is "OK"
                ? connection
                : throw new IOException($"{address}:{port} refused the password.");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Waits until the server takes a write.</summary>
    public static Task WaitForWritesAsync(int port, TimeSpan patience, IPAddress? address = null, string? password = null) =>
        WaitForAsync(port, ["SET", ProbeKey, "x"], "OK", patience, address, password);

    /// <summary>Repeats a command until the answer is <paramref name="expected"/>.</summary>
    public static async Task WaitForAsync(
        int port, string[] command, string expected, TimeSpan patience, IPAddress? address = null, string? password = null)
    {
        var clock = Stopwatch.StartNew();
        var bytes = Encode(command);
        for (var last = "nothing"; ;)
        {
            try
            {
                using var connection = await OpenAsync(port, address, password).ConfigureAwait(false);
                while (clock.Elapsed < patience)
                {
                    await connection.SendAsync(bytes).ConfigureAwait(false);
                    last = await connection.ReadAsync().ConfigureAwait(false) ?? "null";
                    if (last == expected)
                    {
                        return;
                    }

                    await Task.Delay(10).ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (exception is SocketException or IOException)
            {
                await Task.Delay(10).ConfigureAwait(false);
            }

            if (clock.Elapsed >= patience)
            {
                throw new TimeoutException($"{address ?? IPAddress.Loopback}:{port} did not answer {string.Join(' ', command)} with {expected} within {patience.TotalSeconds} s, but {last}.");
            }
        }
    }

    public static byte[] Encode(params string[] words)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
        foreach (var word in words)
        {
            text.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes).ConfigureAwait(false)..];
        }
    }

    /// <summary>One flat reply as text; an error starts with its minus sign.</summary>
    public async ValueTask<string?> ReadAsync()
    {
        var line = await ReadLineAsync().ConfigureAwait(false);
        if (line[0] != '$')
        {
            return line[0] == '-' ? line : line[1..];
        }

        var length = int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture);
        if (length < 0)
        {
            return null;
        }

        while (_end - _start < length + 2)
        {
            await FillAsync().ConfigureAwait(false);
        }

        var text = Encoding.UTF8.GetString(_buffer, _start, length);
        _start += length + 2;
        return text;
    }

    public async ValueTask<string?> AskAsync(params string[] words)
    {
        await SendAsync(Encode(words)).ConfigureAwait(false);
        return await ReadAsync().ConfigureAwait(false);
    }

    /// <summary>Writes keys 0 to <paramref name="count"/> - 1, of 16 bytes each, with values of <paramref name="valueBytes"/>.</summary>
    public async Task FillAsync(int count, int valueBytes)
    {
        const int Batch = 500;
        var value = new string('v', valueBytes);
        for (var first = 0; first < count; first += Batch)
        {
            var commands = new MemoryStream();
            for (var i = first; i < Math.Min(count, first + Batch); i++)
            {
                commands.Write(Encode("SET", KeyOf(i), value));
            }

            await SendAsync(commands.GetBuffer().AsMemory(0, (int)commands.Length)).ConfigureAwait(false);
            for (var i = first; i < Math.Min(count, first + Batch); i++)
            {
                if (await ReadAsync().ConfigureAwait(false) is not "OK" and var other)
                {
                    throw new InvalidOperationException($"A SET was answered with {other}.");
                }
            }
        }
    }

    public static string KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"k{number:d15}");

    public void Dispose() => _socket.Dispose();

    private async ValueTask<string> ReadLineAsync()
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (length >= 0)
            {
                var line = Encoding.UTF8.GetString(_buffer, _start, length);
                _start += length + 2;
                return line;
            }

            await FillAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask FillAsync()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_end)).ConfigureAwait(false);
        _end += read > 0 ? read : throw new IOException("The server closed the connection.");
    }
}
