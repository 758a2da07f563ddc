using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace ReplicatedDs.Replica.Tests.Http;

/// <summary>Requests as bytes on a socket: what no HTTP client lets one send.</summary>
internal static class RawHttp
{
    public static Task<(int Status, string Head, string Body)> SendAsync(Uri address, string method, string target, string headers = "", string body = "") =>
        SendAsync(
            address,
            Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"{method} {target} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}")));

    public static async Task<(int Status, string Head, string Body)> SendAsync(Uri address, byte[] request)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, address.Port), timeout.Token);
        await socket.SendAsync(request, timeout.Token);
        using var received = new MemoryStream();
        var buffer = new byte[8192];
        while (await socket.ReceiveAsync(buffer, timeout.Token) is > 0 and var count)
        {
            received.Write(buffer, 0, count);
        }

        var text = Encoding.UTF8.GetString(received.ToArray());
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        Assert.True(end > 0, $"No HTTP answer: {text}");
        return (int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture), text[..end], text[(end + 4)..]);
    }

    public static void AssertProblem((int Status, string Head, string Body) answer, int status, string name)
    {
        Assert.True(answer.Status == status, $"{answer.Head}\n{answer.Body}");
        var problem = JsonNode.Parse(answer.Body)!;
        Assert.Equal("urn:replicated-ds:" + name, (string?)problem["type"]);
    }
}
