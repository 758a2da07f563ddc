using ReplicatedDs.Dashboard.Tests;
using ReplicatedDs.Dashboard.Tests.StandIn;

namespace ReplicatedDs.Browser.Tests.Support;

/// <summary>The built dashboard as a process of its own, before a stand-in cluster.</summary>
internal sealed class StandInSite : IAsyncDisposable
{
    private const string Token = "a-login-secret-for-tests";

    private readonly int _port = StandInPort.Take();
    private ChildProcess _dashboard = null!;

    private readonly string[] _arguments;

    private StandInSite(StandInCluster cluster, string[] arguments) => (Cluster, _arguments) = (cluster, arguments);

    public StandInCluster Cluster { get; }

    public string Login => $"http://127.0.0.1:{_port}/login?t={Token}";

    public string Output => _dashboard.Output;

    public static async Task<StandInSite> StartAsync(int replicas = 3, int spares = 1, params string[] arguments)
    {
        var site = new StandInSite(await StandInCluster.StartAsync(replicas, spares), arguments);
        await site.StartDashboardAsync();
        return site;
    }

    public async Task StartDashboardAsync()
    {
        _dashboard = ChildProcess.Start("ReplicatedDs.Dashboard", [.. Cluster.DashboardArguments(_port, Token), .. _arguments]);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}") };
        await Deadline.UntilAsync(
            async () =>
            {
                try
                {
                    return (await http.GetAsync(new Uri("/health", UriKind.Relative))).StatusCode.ToString();
                }
                catch (HttpRequestException problem)
                {
                    return problem.Message + Environment.NewLine + _dashboard.Output;
                }
            },
            seen => seen == "OK",
            "the dashboard answers /health",
            30);
    }

    public Task CrashAsync(string replica) => ControlAsync($"/resources/{replica}/crash");

    public Task StartReplicaAsync(string replica) => ControlAsync($"/resources/{replica}/start");

    public Task StopDashboardAsync() => _dashboard.StopAsync();

    private async Task ControlAsync(string path)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", StandInCluster.ControlToken);
        using var response = await http.PostAsync(new Uri(Cluster.Control, path), null);
        response.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        await _dashboard.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}
