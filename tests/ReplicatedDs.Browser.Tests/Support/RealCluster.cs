using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Tests;

namespace ReplicatedDs.Browser.Tests.Support;

/// <summary>The whole application: an AppHost with its replicas and dashboard, on free ports, with a data folder of its own.</summary>
public sealed class RealCluster : IAsyncLifetime, IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly string _data = Directory.CreateTempSubdirectory("replicated-ds-browser-").FullName;
    private string[] _arguments = ["--Replicas:Spares", "2"];
    private bool _isRun;
    private ChildProcess? _appHost;

    public string Login => Read().GetProperty("dashboard").GetString() ?? throw new InvalidOperationException("cluster.json names no dashboard.");

    public string ClusterKey => Read().GetProperty("clusterKey").GetString() ?? throw new InvalidOperationException("cluster.json holds no cluster key.");

    /// <summary>A cluster that is no fixture, with switches of its own.</summary>
    public static async Task<RealCluster> StartAsync(params string[] arguments)
    {
        var cluster = new RealCluster { _arguments = arguments };
        return await cluster.StartAsync();
    }

    /// <summary>A cluster started as a user does, by <c>dotnet run</c>.</summary>
    public static async Task<RealCluster> RunAsync()
    {
        var cluster = new RealCluster { _arguments = [], _isRun = true };
        return await cluster.StartAsync();
    }

    private async Task<RealCluster> StartAsync()
    {
        try
        {
            await InitializeAsync();
            return this;
        }
        catch
        {
            await DisposeAsync(); // Nobody else would end what was started.
            throw;
        }
    }

    public async Task InitializeAsync()
    {
        string[] arguments = ["--Data", _data, "--Ports", "auto", .. _arguments];
        var appHost = _appHost = _isRun ? ChildProcess.Run("ReplicatedDs.AppHost", arguments) : ChildProcess.Start("ReplicatedDs.AppHost", arguments);
        await Deadline.UntilAsync(
            () => File.Exists(ClusterFile) ? "written" : appHost.HasExited ? "the AppHost ended: " + appHost.Output : appHost.Output,
            seen => seen == "written" || appHost.HasExited,
            "cluster.json is written",
            180);
        Assert.False(appHost.HasExited, "The AppHost ended: " + appHost.Output);
        if (Read().GetProperty("dashboard").GetString() is null)
        {
            return;
        }

        await Deadline.UntilAsync(
            async () =>
            {
                try
                {
                    using var response = await Http.GetAsync(new Uri(new Uri(Login), "/health"));
                    return response.StatusCode.ToString();
                }
                catch (HttpRequestException problem)
                {
                    return problem.Message;
                }
            },
            seen => seen == "OK",
            "the dashboard answers /health",
            30);
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

    public async Task DisposeAsync()
    {
        await (_appHost?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_data, recursive: true);
    }

    /// <summary>The dashboard's process, by the control API.</summary>
    public async Task<int?> DashboardPidAsync()
    {
        var control = Read().GetProperty("control");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{control.GetProperty("url").GetString()}/resources");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", control.GetProperty("token").GetString());
        using var response = await Http.SendAsync(request);
        var resources = await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<ResourceView[]>();
        return resources!.Single(resource => resource.Name == "dashboard").Pid;
    }

    public ResourceView Replica(string name) => Replicas().First(replica => replica.Name == name);

    public IReadOnlyList<ResourceView> Replicas() => Read().GetProperty("replicas").Deserialize<ResourceView[]>(JsonSerializerOptions.Web)!;

    /// <summary>What a replica answers for a key over its own HTTP API; <c>null</c> if it has no value.</summary>
    public async Task<string?> GetAsync(string replica, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{Replica(replica).Http}/kv/{Uri.EscapeDataString(key)}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ClusterKey);
        using var response = await Http.SendAsync(request);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }

    /// <summary>How a replica answers a caller who shows no key.</summary>
    public async Task<int> StatusWithoutKeyAsync(string replica, string path)
    {
        using var response = await Http.GetAsync(new Uri($"{Replica(replica).Http}/{path}"), HttpCompletionOption.ResponseHeadersRead);
        return (int)response.StatusCode;
    }

    public Task<PendingView?> PendingAsync(string replica) => Http.GetFromJsonAsync<PendingView>(new Uri($"{Replica(replica).Http}/pending"));

    /// <summary>The mode of a link, by the sender's own answer.</summary>
    public async Task<string> LinkModeAsync(string from, int to)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{Replica(from).Http}/admin/links"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Read().GetProperty("clusterKey").GetString());
        using var response = await Http.SendAsync(request);
        var links = await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<LinkView[]>();
        return links!.Single(link => link.Peer == to).Mode;
    }

    /// <summary>Waits until a replica answers a key with a value, over its own HTTP API.</summary>
    public Task<string?> UntilAsync(string replica, string key, string? value) =>
        Deadline.UntilAsync(() => GetAsync(replica, key), seen => seen == value, string.Create(CultureInfo.InvariantCulture, $"{replica} answers {key} with {value ?? "404"}"));

    private string ClusterFile => Path.Combine(_data, "cluster.json");

    private JsonElement Read() => JsonDocument.Parse(File.ReadAllText(ClusterFile)).RootElement;
}
