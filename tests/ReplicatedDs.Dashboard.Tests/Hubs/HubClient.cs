using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace ReplicatedDs.Dashboard.Tests.Hubs;

/// <summary>Speaks SignalR's JSON protocol over a WebSocket, as the browser's script does.</summary>
internal sealed class HubClient : IAsyncDisposable
{
    private const char End = '\u001e';

    private readonly ClientWebSocket _socket = new();
    private readonly StringBuilder _received = new();

    public static async Task<HubClient> ConnectAsync(RunningDashboard dashboard)
    {
        var client = new HubClient();
        client._socket.Options.Cookies = dashboard.Cookies;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await client._socket.ConnectAsync(new UriBuilder(dashboard.Address) { Scheme = "ws", Path = "/hubs/cluster" }.Uri, deadline.Token);
        await client._socket.SendAsync(Encoding.UTF8.GetBytes("""{"protocol":"json","version":1}""" + End), WebSocketMessageType.Text, true, deadline.Token);
        Assert.Equal("{}", await client.NextAsync(deadline.Token));
        return client;
    }

    /// <summary>The argument of the next message to <paramref name="target"/> that satisfies the condition.</summary>
    public async Task<JsonElement> UntilAsync(string target, Func<JsonElement, bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        while (true)
        {
            var message = JsonDocument.Parse(await NextAsync(deadline.Token)).RootElement;
            if (message.TryGetProperty("target", out var name) && name.GetString() == target && message.GetProperty("arguments")[0] is var argument && condition(argument))
            {
                return argument;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> NextAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[64 << 10];
        while (true)
        {
            var text = _received.ToString();
            var end = text.IndexOf(End, StringComparison.Ordinal);
            if (end >= 0)
            {
                _received.Remove(0, end + 1);
                return text[..end];
            }

            var received = await _socket.ReceiveAsync(buffer, cancellationToken);
            Assert.NotEqual(WebSocketMessageType.Close, received.MessageType);
            _received.Append(Encoding.UTF8.GetString(buffer, 0, received.Count));
        }
    }
}
