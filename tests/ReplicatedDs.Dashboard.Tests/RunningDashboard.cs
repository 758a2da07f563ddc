using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Tests.StandIn;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Tests;

/// <summary>The dashboard in this process on a real port, before a stand-in cluster.</summary>
internal sealed class RunningDashboard : IAsyncDisposable
{
    public const string Token = "a-login-secret-for-tests";
    public const string OtlpKey = "a-telemetry-key-for-tests";

    private readonly WebApplication _app;

    private RunningDashboard(WebApplication app, Uri address)
    {
        _app = app;
        Address = address;
        Cookies = new CookieContainer();
        Http = new HttpClient(new SocketsHttpHandler { CookieContainer = Cookies, AllowAutoRedirect = false, Expect100ContinueTimeout = TimeSpan.FromSeconds(30) }) { BaseAddress = address };
    }

    public Uri Address { get; }

    public CookieContainer Cookies { get; }

    /// <summary>Keeps cookies and follows no redirects.</summary>
    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public ClusterView View => Services.GetRequiredService<ClusterStore>().Current;

    public static Task<RunningDashboard> StartAsync(StandInCluster cluster, params string[] arguments)
    {
        var port = StandInPort.Take();
        return StartAsync(port, [.. cluster.DashboardArguments(port, Token), .. arguments]);
    }

    /// <summary>The dashboard alone, before addresses where nobody is: no feed, no control API, only what is sent to it.</summary>
    public static Task<RunningDashboard> StartAloneAsync(params string[] arguments)
    {
        var port = StandInPort.Take();
        return StartAsync(port, [.. StandInCluster.AloneArguments(port, Token), .. arguments]);
    }

    private static async Task<RunningDashboard> StartAsync(int port, string[] arguments)
    {
        var app = DashboardHost.Create([.. arguments, "--Logging:LogLevel:Default", "None"]);
        await app.StartAsync();
        return new RunningDashboard(app, new Uri($"http://127.0.0.1:{port}"));
    }

    public async Task SignInAsync()
    {
        using var response = await Http.GetAsync(new Uri($"/login?t={Token}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
    }

    public Task<ClusterView> UntilAsync(Func<ClusterView, bool> condition, string what) => Deadline.UntilAsync(() => View, condition, what);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
