using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>HTTP/1.1 by hand, for requests that a well-behaved client cannot send.</summary>
internal static class RawHttp
{
    /// <summary>Sends the bytes of one request (with <c>Connection: close</c>) and reads the answer to its end.</summary>
    public static async Task<Answer> SendAsync(Uri server, string head, ReadOnlyMemory<byte> body = default)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, server.Port, deadline.Token);
        await using var stream = new NetworkStream(socket);
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(head), deadline.Token);
            await stream.WriteAsync(body, deadline.Token);
        }
        catch (IOException)
        {
            // Refused before everything was sent: the answer says why.
        }

        using var received = new MemoryStream();
        try
        {
            await stream.CopyToAsync(received, deadline.Token);
        }
        catch (IOException) when (received.Length > 0)
        {
            // Reset after the answer, because the rest of the request was not read.
        }
        catch (OperationCanceledException)
        {
            throw new XunitException($"No end of the answer within 20 s to: {FirstLine(head)}");
        }

        return Parse(FirstLine(head), received.ToArray());
    }

    private static Answer Parse(string request, byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            throw new XunitException($"{request} was answered by: '{text}'");
        }

        var lines = text[..end].Split("\r\n");
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var body = text[(end + 4)..];
        if (headers.GetValueOrDefault("Transfer-Encoding") == "chunked")
        {
            body = Join(body);
        }

        var status = (HttpStatusCode)int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        return new Answer(request, status, headers.GetValueOrDefault("Content-Type", ""), Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(body)), headers);
    }

    private static string Join(string chunks)
    {
        var whole = new StringBuilder();
        for (var at = 0; at < chunks.Length;)
        {
            var lineEnd = chunks.IndexOf("\r\n", at, StringComparison.Ordinal);
            var length = int.Parse(chunks.AsSpan(at, lineEnd - at), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (length == 0)
            {
                break;
            }

            whole.Append(chunks, lineEnd + 2, length);
            at = lineEnd + 2 + length + 2;
        }

        return whole.ToString();
    }

    private static string FirstLine(string head) => head[..head.IndexOf("\r\n", StringComparison.Ordinal)] is var line && line.Length > 120 ? line[..120] + "…" : line;
}
