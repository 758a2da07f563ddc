using System.Diagnostics;
using System.Text.Json;
using ReplicatedDs.Client.Api;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>A real cluster: an AppHost process with its replicas and its Redis, in a folder of its own.</summary>
internal sealed class TestCluster : ICluster, IAsyncDisposable
{
    public static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(30);

    private readonly ClusterSpec _spec;
    private readonly TestFolder? _ownFolder;

    private TestCluster(ClusterSpec spec, string data, TestFolder? ownFolder)
    {
        _spec = spec;
        _ownFolder = ownFolder;
        Data = data;
        Host = ProgramProcess.Start(Programs.AppHost, spec.Arguments(data), spec.Environment);
    }

    public string Data { get; }

    public ProgramProcess Host { get; private set; }

    /// <value>From the start of the AppHost to its cluster.json.</value>
    public TimeSpan StartedWithin { get; private set; }

    public string ClusterFile => Path.Combine(Data, "cluster.json");

    public ControlApi Control => new(Describe().Control);

    public IReadOnlyList<ResourceView> Slots => Describe().Replicas;

    public string? AccessKey => null;

    /// <summary>The replica in slot <paramref name="number"/>.</summary>
    public ReplicaApi this[int number] => new(Slot(number), Describe().ClusterKey);

    /// <summary>The replicas that run.</summary>
    public IReadOnlyList<ReplicaApi> Running() =>
        Describe() is var cluster ? [.. cluster.Replicas.Where(replica => replica.Pid is not null).Select(replica => new ReplicaApi(replica, cluster.ClusterKey))] : [];

    /// <summary>Starts a cluster and waits until it serves.</summary>
    /// <param name="data">An existing folder that the caller cleans up; <c>null</c> makes one that goes with the cluster.</param>
    public static async Task<TestCluster> StartAsync(ClusterSpec? spec = null, string? data = null)
    {
        var folder = data is null ? new TestFolder() : null;
        var cluster = new TestCluster(spec ?? new ClusterSpec(), data ?? folder!.Path, folder);
        try
        {
            await cluster.ServesAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the AppHost again on the same folder; the one before must have ended.</summary>
    public async Task RestartAsync()
    {
        if (!Host.HasExited)
        {
            throw new InvalidOperationException("The AppHost still runs.");
        }

        var stale = File.Exists(ClusterFile) ? await File.ReadAllTextAsync(ClusterFile) : "";
        Host = ProgramProcess.Start(Programs.AppHost, _spec.Arguments(Data), _spec.Environment);
        await ServesAsync(stale);
    }

    /// <summary>cluster.json as it is now.</summary>
    public ClusterDescription Describe() => JsonSerializer.Deserialize<ClusterDescription>(File.ReadAllBytes(ClusterFile), JsonSerializerOptions.Web)!;

    public ResourceView Slot(int number) => Describe().Replicas.Single(replica => replica.Name == $"replica-{number}");

    public int IdOf(int number) => Slot(number).Id ?? throw new XunitException($"replica-{number} has no id: {JsonSerializer.Serialize(Slot(number))}");

    public int PidOf(int number) => Slot(number).Pid ?? throw new XunitException($"replica-{number} has no process: {JsonSerializer.Serialize(Slot(number))}");

    /// <summary>The process of its redis-server.</summary>
    public ProcessEntry RedisServer() =>
        ProcessTable.Descendants(Host.Pid).SingleOrDefault(process => process.Name == "redis-server")
        ?? throw new XunitException($"The AppHost has no child redis-server but {string.Join(", ", ProcessTable.Descendants(Host.Pid))}. Its output:\n{Host.Output}");

    /// <summary>Waits until the clocks of all running replicas agree: nothing is under way.</summary>
    public async Task SettledAsync()
    {
        var replicas = Running();
        await Eventually.SeesAsync(
            "all replicas have applied the same updates",
            async () => await Task.WhenAll(replicas.Select(replica => replica.ClockAsync())),
            clocks => clocks.All(clock => ClockText.Of(clock.Delivered) == ClockText.Of(clocks[0].Delivered)));
    }

    /// <summary>SIGTERM, and everything ends; the AppHost's exit code is in <see cref="Host"/>.</summary>
    public async Task StopAsync()
    {
        var children = ProcessTable.Descendants(Host.Pid);
        Host.Terminate();
        await Host.ExitedAsync(StopDeadline);
        await GoneAsync(children, TimeSpan.Zero);
    }

    /// <summary>Waits until none of <paramref name="processes"/> lives, nor any other that uses the data folder.</summary>
    public Task GoneAsync(IReadOnlyList<ProcessEntry> processes, TimeSpan within) => Eventually.SeesAsync(
        "no process of the cluster is left",
        () => Task.FromResult(string.Join(", ", processes.Where(ProcessTable.IsAlive).Union(ProcessTable.Using(Data)))),
        left => left.Length == 0,
        within);

    public async ValueTask DisposeAsync()
    {
        var children = ProcessTable.Descendants(Host.Pid);
        try
        {
            if (!Host.HasExited)
            {
                await StopAsync();
            }

            await GoneAsync(children, TimeSpan.FromSeconds(2));
        }
        finally
        {
            await Host.DisposeAsync();
            foreach (var left in children.Where(ProcessTable.IsAlive).Union(ProcessTable.Using(Data)))
            {
                ProcessTable.Kill(left.Pid);
            }

            _ownFolder?.Dispose();
        }
    }

    /// <param name="stale">The cluster.json that an AppHost left behind which was killed.</param>
    private async Task ServesAsync(string stale = "")
    {
        var clock = Stopwatch.StartNew();
        await Eventually.HoldsAsync(
            "the AppHost writes cluster.json",
            () => Host.HasExited || (File.Exists(ClusterFile) && File.ReadAllText(ClusterFile) != stale),
            () => Host.Output,
            StartDeadline);
        StartedWithin = clock.Elapsed;
        if (Host.HasExited)
        {
            throw new XunitException($"The AppHost ended with exit code {Host.ExitCode} instead of serving. Its output:\n{Host.Output}");
        }
    }
}
