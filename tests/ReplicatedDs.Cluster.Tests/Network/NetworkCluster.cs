using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.PrivateNetworks;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests.Network;

/// <summary>Replicas, Redis and the dashboard, each on a host of its own of a <see cref="VirtualNetwork"/>, as an operator would start them there.</summary>
internal sealed class NetworkCluster : ICluster, IAsyncDisposable
{
    public const int PeerPort = 7400;
    private const int HttpPort = 7100;
    private const int RespPort = 7200;
    private const int RedisPort = 6379;
    private const int DashboardPort = 7080;
    private const string Redis = "redis";
    private const string Dashboard = "dashboard";

    private readonly VirtualNetwork _network;
    private readonly TestFolder _folder = new();
    private readonly string _clusterKey = Secret();
    private readonly List<ResourceView> _slots;
    private readonly Dictionary<string, ProgramProcess> _processes = [];

    private NetworkCluster(VirtualNetwork network, int places)
    {
        _network = network;
        _slots = [.. Enumerable.Range(1, places).Select(number => Name(number)).Select(name => new ResourceView(
            name, null, null, "Waiting", $"http://{network.AddressOf(name)}:{HttpPort}", $"http://{network.AddressOf(name)}:{PeerPort}", $"{network.AddressOf(name)}:{RespPort}", null))];
        File.WriteAllText(KeysFile, $$"""{"keys":[{"name":"traffic","role":"write","key":"{{AccessKey}}"}]}""");
    }

    public IReadOnlyList<ResourceView> Slots => _slots;

    public string AccessKey { get; } = Secret();

    private string KeysFile => Path.Combine(_folder.Path, "keys.json");

    /// <summary>The replica at a place, whether it runs or not.</summary>
    public ReplicaApi this[int number] => new(_slots[number - 1], _clusterKey, AccessKey);

    /// <summary>The hosts of such a cluster.</summary>
    public static string[] Hosts(int places) => [.. Enumerable.Range(1, places).Select(Name), Redis, Dashboard];

    public static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"replica-{number}");

    /// <summary>Starts Redis, that many replicas and the dashboard, and waits until all of them serve.</summary>
    /// <param name="places">How many replicas may join in all.</param>
    public static async Task<NetworkCluster> StartAsync(VirtualNetwork network, int replicas, int places)
    {
        var cluster = new NetworkCluster(network, places);
        try
        {
            cluster.StartRedis();
            for (var number = 1; number <= replicas; number++)
            {
                await cluster.StartAsync(number);
            }

            await cluster.StartDashboardAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public IReadOnlyList<ReplicaApi> Running() => [.. _slots.Where(slot => slot.Pid is not null).Select(slot => new ReplicaApi(slot, _clusterKey, AccessKey))];

    public string OutputOf(int number) => _processes[Name(number)].Output;

    /// <summary>Starts the replica of that place, on the folder that it had, and waits until it is ready.</summary>
    public async Task StartAsync(int number)
    {
        var name = Name(number);
        var process = ProgramProcess.Start(Programs.Replica, [], Environment(number), host: name);
        _processes[name] = process;
        var api = this[number];
        var answer = await Eventually.SeesAsync(
            $"{name} is ready",
            async () => process.HasExited ? throw new XunitException($"{name} ended with exit code {process.ExitCode} instead of serving. Its output:\n{process.Output}") : await api.HealthAsync(),
            answer => answer.Status == HttpStatusCode.OK,
            TestCluster.StartDeadline);
        _slots[number - 1] = _slots[number - 1] with { Pid = process.Pid, Id = answer.Read<HealthView>().Replica, State = "Running" };
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync(int number)
    {
        await _processes[Name(number)].DisposeAsync();
        _slots[number - 1] = _slots[number - 1] with { Pid = null, State = "Exited" };
    }

    /// <summary>SIGKILL of Redis.</summary>
    public ValueTask KillRedisAsync() => _processes[Redis].DisposeAsync();

    public void StartRedis() => _processes[Redis] = ProgramProcess.StartCommand(
        [
            "redis-server", "--bind", $"{_network.AddressOf(Redis)}", "--port", $"{RedisPort}", "--protected-mode", "no", "--dir", Directory.CreateDirectory(Path.Combine(_folder.Path, "redis")).FullName,
            "--appendonly", "yes", "--save", "",
        ],
        host: Redis);

    /// <summary>Waits until the dashboard is fed by that many replicas: it has connections to them that stay.</summary>
    public async Task DashboardFollowsAsync(int replicas) => await Eventually.SeesAsync(
        $"the dashboard follows {replicas} replicas",
        () => Task.FromResult(Enumerable.Range(1, _slots.Count).Count(number => _network.Connections(Dashboard, Name(number), HttpPort) > 0)),
        seen => seen >= replicas);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.Values.Where(process => !process.HasExited))
        {
            process.Terminate();
        }

        foreach (var process in _processes.Values)
        {
            await process.ExitedAsync(TimeSpan.FromSeconds(30));
        }

        _folder.Dispose();
    }

    private async Task StartDashboardAsync()
    {
        var process = ProgramProcess.Start(
            Programs.Dashboard,
            [],
            new Dictionary<string, string>
            {
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{DashboardPort}",
                ["Cluster__Members"] = Addresses(slot => slot.Http!),
                ["Cluster__Key"] = _clusterKey,
                ["Dashboard__Token"] = Secret(),
            },
            Path.Combine(Programs.Root, "ReplicatedDs.Dashboard"),
            host: Dashboard);
        _processes[Dashboard] = process;
        await Eventually.SeesAsync(
            "the dashboard serves on its host's loopback",
            () => Task.FromResult(process.HasExited ? process.Output : Command.Try(["ip", "netns", "exec", Dashboard, "curl", "-sf", "-m", "2", $"http://127.0.0.1:{DashboardPort}/health"]).Output),
            text => text == "Healthy",
            TestCluster.StartDeadline);
    }

    private Dictionary<string, string> Environment(int number)
    {
        var (name, address) = (Name(number), $"{_network.AddressOf(Name(number))}");
        return new Dictionary<string, string>
        {
            ["Replica__Name"] = name,
            ["Replica__Data"] = Path.Combine(_folder.Path, name),
            ["Replica__Found"] = number == 1 ? "true" : "false",
            ["ASPNETCORE_URLS"] = $"http://{address}:{HttpPort}",
            ["Replication__Address"] = address,
            ["Replication__Port"] = $"{PeerPort}",
            ["Gateways__Resp__Address"] = address,
            ["Gateways__Resp__Port"] = $"{RespPort}",
            ["Cluster__Key"] = _clusterKey,
            ["Cluster__Members"] = Addresses(slot => slot.Http!),
            ["Cluster__Peers"] = Addresses(slot => slot.Peer!),
            ["ConnectionStrings__redis"] = $"{_network.AddressOf(Redis)}:{RedisPort}",
            ["Security__KeysFile"] = KeysFile,
            ["Security__AllowCleartext"] = "true",
            ["Logging__LogLevel__Microsoft.AspNetCore"] = "Warning",
            ["Logging__Console__FormatterOptions__TimestampFormat"] = "HH:mm:ss.fff ",
        };
    }

    private string Addresses(Func<ResourceView, string> address) => string.Join(';', _slots.Select(slot => $"{slot.Name}={address(slot)}"));

    private static string Secret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
