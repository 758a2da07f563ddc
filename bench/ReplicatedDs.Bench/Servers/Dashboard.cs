using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ReplicatedDs.Bench.Loads;

namespace ReplicatedDs.Bench.Servers;

/// <summary>The dashboard as a process, which follows every replica of a cluster, and a viewer that gets the live feed as a page of it does.</summary>
internal sealed class Dashboard : IAsyncDisposable
{
    private const char EndOfMessage = '\u001e'; // of SignalR's protocol
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _over = new();
    private readonly Child _process;
    private readonly ClientWebSocket _socket = new();
    private Task _viewing = Task.CompletedTask;

    private Dashboard(Child process) => _process = process;

    /// <summary>Starts it and waits until the viewer is shown every replica.</summary>
    /// <param name="program">The dashboard's dll.</param>
    public static async Task<Dashboard> StartAsync(string folder, string program, OurCluster cluster)
    {
        var port = Ports.Free(1)[0];
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var dashboard = new Dashboard(Child.Start(
            Path.Combine(folder, "dashboard-log"),
            Place.Loopback,
            "dotnet",
            [program],
            [("ASPNETCORE_ENVIRONMENT", "Production"), ("ASPNETCORE_URLS", $"http://127.0.0.1:{port}"), ("Dashboard__Token", token), .. cluster.DashboardSettings]));
        try
        {
            await HttpConnection.WaitForAsync(port, HttpLoad.Get(port, "/health"), Patience).ConfigureAwait(false);
            await dashboard.SignInAsync(port, token).ConfigureAwait(false);
            var isShown = new TaskCompletionSource();
            dashboard._viewing = dashboard.ViewAsync(cluster.Members.Count, isShown);
            await isShown.Task.WaitAsync(Patience).ConfigureAwait(false);
            return dashboard;
        }
        catch
        {
            await dashboard.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync().ConfigureAwait(false);
        await _viewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _process.DisposeAsync().ConfigureAwait(false);
        _socket.Dispose();
        _over.Dispose();
    }

    private async Task SignInAsync(int port, string token)
    {
        var cookies = new CookieContainer();
        using var handler = new HttpClientHandler { CookieContainer = cookies, AllowAutoRedirect = false, UseProxy = false };
        using var http = new HttpClient(handler);
        using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/login?t={token}")).ConfigureAwait(false);
        _socket.Options.Cookies = cookies;
        await _socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/hubs/cluster"), _over.Token).ConfigureAwait(false);
        await SendAsync("""{"protocol":"json","version":1}""").ConfigureAwait(false);
    }

    private async Task ViewAsync(int replicas, TaskCompletionSource isShown)
    {
        try
        {
            var pinging = PingAsync();
            var buffer = new byte[64 << 10];
            var message = new MemoryStream();
            while (!_over.IsCancellationRequested)
            {
                var received = await _socket.ReceiveAsync(buffer.AsMemory(), _over.Token).ConfigureAwait(false);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    throw new IOException("The dashboard closed the viewer's connection.");
                }

                message.Write(buffer.AsSpan(0, received.Count));
                if (received.EndOfMessage && !isShown.Task.IsCompleted && ShowsAll(Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length), replicas))
                {
                    isShown.SetResult();
                }

                message.SetLength(received.EndOfMessage ? 0 : message.Length);
            }

            await pinging.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            isShown.TrySetException(exception);
        }
    }

    private static bool ShowsAll(string text, int replicas) => text.Split(EndOfMessage, StringSplitOptions.RemoveEmptyEntries).Any(one =>
    {
        using var message = JsonDocument.Parse(one);
        return message.RootElement.TryGetProperty("target", out var target)
            && target.GetString() == "view"
            && message.RootElement.GetProperty("arguments")[0].GetProperty("replicas").EnumerateArray().Count(replica => replica.GetProperty("isLive").GetBoolean()) == replicas;
    });

    private async Task PingAsync()
    {
        using var timer = new PeriodicTimer(PingInterval);
        while (await timer.WaitForNextTickAsync(_over.Token).ConfigureAwait(false))
        {
            await SendAsync("""{"type":6}""").ConfigureAwait(false);
        }
    }

    private async Task SendAsync(string message) =>
        await _socket.SendAsync(Encoding.UTF8.GetBytes(message + EndOfMessage).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, _over.Token).ConfigureAwait(false);
}
