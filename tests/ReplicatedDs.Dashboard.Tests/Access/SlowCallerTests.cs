using System.Net;
using ReplicatedDs.SlowCallers;

namespace ReplicatedDs.Dashboard.Tests.Access;

/// <summary>Callers that keep a connection busy by being slow are ended, and others served meanwhile.</summary>
public sealed class SlowCallerTests
{
    // Fifteen seconds by the limits; the rest is a busy machine.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Head_ThatTrickles_IsAnswered408AndClosed()
    {
        await using var dashboard = await RunningDashboard.StartAloneAsync();
        using var slow = await ConnectAsync(dashboard);
        await slow.SendAsync($"GET / HTTP/1.1\r\nHost: {dashboard.Address.Authority}\r\nX-Endless: ");
        await slow.DripAsync("a", Patience);
        Assert.StartsWith("HTTP/1.1 408 ", slow.Answer, StringComparison.Ordinal);
        await ServesAsync(dashboard);
    }

    [Fact]
    public async Task LoginForm_ThatTrickles_IsClosed()
    {
        await using var dashboard = await RunningDashboard.StartAloneAsync();
        using var slow = await ConnectAsync(dashboard);
        await slow.SendAsync($"POST /login HTTP/1.1\r\nHost: {dashboard.Address.Authority}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\n");
        await slow.DripAsync("secret=a&", Patience);
        await ServesAsync(dashboard);
    }

    private static Task<SlowConnection> ConnectAsync(RunningDashboard dashboard) => SlowConnection.ConnectAsync(new IPEndPoint(IPAddress.Loopback, dashboard.Address.Port));

    private static async Task ServesAsync(RunningDashboard dashboard)
    {
        using var answer = await dashboard.Http.GetAsync(new Uri("/login", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
