using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ReplicatedDs.Dashboard.Tests.StandIn;

/// <summary>A cluster of <see cref="StandInReplica"/>s with a control API, over real HTTP in this process.</summary>
internal sealed class StandInCluster : IAsyncDisposable
{
    public const string ClusterKey = "stand-in-cluster-key";
    public const string ControlToken = "stand-in-control-token";

    private readonly int _controlPort = StandInPort.Take();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _controlAlive = new();
    private WebApplication? _control;
    private int _lastId;
    private int _lastPid = 4241;

    private StandInCluster(int slots) => Replicas = [.. Enumerable.Range(1, slots).Select(n => new StandInReplica(this, $"replica-{n}", StandInPort.Take()))];

    /// <summary>Guards all replicas: the stand-in is about what is shown, not about concurrency.</summary>
    public Lock Gate { get; } = new();

    public IReadOnlyList<StandInReplica> Replicas { get; }

    /// <summary>How far the replicas' clocks are behind: a story is told with gaps between its events without waiting for them.</summary>
    public TimeSpan Behind { get; set; }

    public DateTimeOffset Now => DateTimeOffset.UtcNow - Behind;

    public Uri Control => new($"http://127.0.0.1:{_controlPort}");

    /// <summary>The first replicas run and are members, the rest are spares.</summary>
    public static async Task<StandInCluster> StartAsync(int replicas = 3, int spares = 1)
    {
        var cluster = new StandInCluster(replicas + spares);
        foreach (var replica in cluster.Replicas.Take(replicas))
        {
            replica.Id = ++cluster._lastId;
            await replica.StartAsync();
        }

        await cluster.StartControlAsync();
        return cluster;
    }

    public StandInReplica Replica(int id) => Replicas.First(replica => replica.Id == id);

    public string[] DashboardArguments(int port, string token) =>
    [
        "--urls", $"http://127.0.0.1:{port}",
        "--Dashboard:Token", token,
        "--Cluster:Members", string.Join(';', Replicas.Select(replica => $"{replica.Name}={replica.Address}")),
        "--Cluster:Key", ClusterKey,
        "--Control:Url", Control.ToString(),
        "--Control:Token", ControlToken,
    ];

    /// <summary>For a dashboard that has nobody to ask: the members' addresses are closed, and there is no control API.</summary>
    public static string[] AloneArguments(int port, string token) =>
    [
        "--urls", $"http://127.0.0.1:{port}",
        "--Dashboard:Token", token,
        "--Cluster:Members", "replica-1=http://127.0.0.1:1;replica-2=http://127.0.0.1:2;replica-3=http://127.0.0.1:3",
    ];

    public int NextPid() => ++_lastPid;

    public void Flow()
    {
        while (Replicas.Any(replica => replica.IsUp && replica.Flow()))
        {
        }
    }

    public async Task LeaveAsync(StandInReplica replica)
    {
        await replica.EndAsync();
        replica.Clear();
        Changed();
    }

    public async Task StartControlAsync()
    {
        _controlAlive = new CancellationTokenSource();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _controlPort));
        var app = builder.Build();
        app.Use(async (context, next) =>
        {
            if (context.Request.Headers.Authorization != $"Bearer {ControlToken}")
            {
                context.Response.StatusCode = 401;
                return;
            }

            await next(context);
        });
        app.MapGet("/resources", () => Replicas.Select(replica => replica.Resource));
        app.MapGet("/resources/stream", StreamAsync);
        app.MapPost("/resources/{name}/{verb}", ExecuteAsync);
        app.MapPost("/join", JoinAsync);
        await app.StartAsync();
        _control = app;
    }

    public async Task EndControlAsync()
    {
        if (_control is { } control)
        {
            _control = null;
            await _controlAlive.CancelAsync();
            await control.StopAsync();
            await control.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndControlAsync();
        foreach (var replica in Replicas)
        {
            await replica.DisposeAsync();
        }
    }

    private async Task<IResult> ExecuteAsync(string name, string verb)
    {
        if (Replicas.FirstOrDefault(candidate => candidate.Name == name) is not { } replica)
        {
            return Results.NotFound();
        }

        switch (verb)
        {
            case "crash" or "stop" when replica.IsUp:
                await replica.EndAsync();
                break;
            case "start" when !replica.IsUp:
                await replica.StartAsync();
                lock (Gate)
                {
                    Flow();
                }

                break;
            default:
                return Results.Problem($"{name} is {replica.State}.", statusCode: 409);
        }

        Changed();
        return Results.Ok(replica.Resource);
    }

    private async Task<IResult> JoinAsync()
    {
        if (Replicas.FirstOrDefault(replica => replica is { Id: null, IsUp: false }) is not { } spare)
        {
            return Results.Problem("No spare replica is left.", statusCode: 409);
        }

        spare.CopyFrom(Replicas.First(replica => replica.IsUp));
        spare.Id = ++_lastId;
        await spare.StartAsync();
        Changed();
        return Results.Created($"/resources/{spare.Name}", spare.Resource);
    }

    private async Task StreamAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.StartAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _controlAlive.Token);
        try
        {
            while (true)
            {
                var changed = _changed.Task;
                await context.Response.WriteAsync($"data: {JsonSerializer.Serialize(Replicas.Select(replica => replica.Resource), JsonSerializerOptions.Web)}\n\n", stop.Token);
                await context.Response.Body.FlushAsync(stop.Token);
                await changed.WaitAsync(stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader or the control API is gone.
        }
    }

    private void Changed() => Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
