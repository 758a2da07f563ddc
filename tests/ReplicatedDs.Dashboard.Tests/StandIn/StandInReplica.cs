using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Dashboard.Tests.StandIn;

/// <summary>
/// Answers the calls that the dashboard makes of a replica, with real causal delivery over in-memory links, so that what the
/// dashboard shows of it makes sense. It stores nothing and is not the product: it is what the dashboard is looked at with.
/// </summary>
internal sealed class StandInReplica(StandInCluster cluster, string name, int port) : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly List<EventView> _events = [];
    private readonly List<(StandInUpdate Update, DateTimeOffset ArrivedAt)> _pending = [];
    private readonly Dictionary<string, List<StandInUpdate>> _keys = [];
    private readonly SortedDictionary<int, StandInLink> _links = [];
    private TaskCompletionSource _eventAdded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private VectorClock _clock = VectorClock.Empty;
    private WebApplication? _server;
    private CancellationTokenSource _alive = new();
    private DateTimeOffset _startedAt;
    private long _boot;
    private long _writes;
    private long _applied;
    private long _prevented;

    public string Name => name;

    public int? Id { get; set; }

    public int Pid { get; private set; }

    public string State { get; set; } = "NotStarted";

    public Uri Address { get; } = new($"http://127.0.0.1:{port}");

    /// <summary>It shows what arrives at once, whatever it depends on: what a store without causal delivery does.</summary>
    public bool IsMutant { get; set; }

    public bool IsUp => _server is not null;

    public ResourceView Resource => new(name, Id, State == "Running" ? Pid : null, State, Address.ToString().TrimEnd('/'), null, null, null);

    public StandInLink Link(int peer)
    {
        if (!_links.TryGetValue(peer, out var link))
        {
            _links[peer] = link = new StandInLink();
        }

        return link;
    }

    public async Task StartAsync()
    {
        Pid = cluster.NextPid();
        _boot++;
        _startedAt = DateTimeOffset.UtcNow;
        _events.Clear();
        _alive = new CancellationTokenSource();
        if (_boot > 1)
        {
            AddEvent("Restart", null);
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.CamelCase);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        Map(app);
        await app.StartAsync();
        _server = app;
        State = "Running";
    }

    public async Task EndAsync()
    {
        if (_server is not { } server)
        {
            return;
        }

        _server = null;
        await _alive.CancelAsync();
        foreach (var link in _links.Values)
        {
            link.Mode = "ok";
            link.ExpiresAt = null;
        }

        using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
        await server.StopAsync(atOnce.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await server.DisposeAsync();
        State = "Finished";
    }

    /// <summary>Forgets everything: the slot becomes a spare.</summary>
    public void Clear()
    {
        Id = null;
        State = "NotStarted";
        _boot = 0;
        _writes = _applied = _prevented = 0;
        _clock = VectorClock.Empty;
        _pending.Clear();
        _keys.Clear();
        _links.Clear();
    }

    /// <summary>Takes over what another replica has.</summary>
    public void CopyFrom(StandInReplica sponsor)
    {
        _clock = sponsor._clock;
        foreach (var (key, versions) in sponsor._keys)
        {
            _keys[key] = [.. versions];
        }
    }

    /// <param name="value"><c>null</c>: the key is removed.</param>
    public StandInUpdate Write(string key, byte[]? value, string contentType)
    {
        lock (cluster.Gate)
        {
            var dot = new Dot(Id!.Value, _clock[new ReplicaId(Id!.Value)] + 1);
            var update = new StandInUpdate(dot, _clock, key, value, contentType);
            _writes++;
            AddEvent("Write", update, deps: _clock.ToDictionary(entry => entry.Replica.Value.ToString(CultureInfo.InvariantCulture), entry => entry.Counter));
            Show(update);
            foreach (var peer in cluster.Replicas.Where(peer => peer != this && peer.Id is not null))
            {
                Link(peer.Id!.Value).Queue.Enqueue(update);
            }

            cluster.Flow();
            return update;
        }
    }

    /// <summary>Tells the feed that a client has read a key here.</summary>
    public void RecordRead(string key) => AddEvent("Read", _keys[key][0]);

    /// <summary>Moves what the links let through to the others.</summary>
    public bool Flow()
    {
        var moved = false;
        foreach (var (peer, link) in _links)
        {
            while (link.Mode == "ok" && link.Queue.Count > 0 && cluster.Replicas.FirstOrDefault(other => other.Id == peer) is { IsUp: true } receiver)
            {
                receiver.Arrive(link.Queue.Dequeue());
                moved = true;
            }
        }

        return moved;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _alive.Dispose();
    }

    private void Arrive(StandInUpdate update)
    {
        AddEvent("Arrive", update, update.Dot.Replica.Value);
        if (_clock.Covers(update.Dot))
        {
            AddEvent("Duplicate", update);
            return;
        }

        var missing = Missing(update);
        if (missing.Count > 0 && !IsMutant)
        {
            _pending.Add((update, cluster.Now));
            _prevented++;
            AddEvent("Buffer", update, missing: missing);
            return;
        }

        Apply(update);
        while (_pending.FindIndex(waiting => Missing(waiting.Update).Count == 0) is >= 0 and var index)
        {
            var next = _pending[index].Update;
            _pending.RemoveAt(index);
            Apply(next);
        }
    }

    private void Apply(StandInUpdate update)
    {
        _applied++;
        Show(update);
        AddEvent("Apply", update);
    }

    private void Show(StandInUpdate update)
    {
        var versions = _keys.GetValueOrDefault(update.Key) ?? [];
        _keys[update.Key] = [update, .. versions.Where(old => !update.Dependencies.Covers(old.Dot))];
        _clock = _clock.With(update.Dot);
        if (_keys[update.Key].Count > 1)
        {
            AddEvent("SiblingMade", update);
        }
        else if (versions.Count > 1)
        {
            AddEvent("SiblingResolved", update);
        }
    }

    private List<string> Missing(StandInUpdate update)
    {
        var missing = new List<string>();
        foreach (var (replica, counter) in update.Dependencies.With(update.Dot))
        {
            var last = replica == update.Dot.Replica ? counter - 1 : counter;
            for (var n = _clock[replica] + 1; n <= last; n++)
            {
                missing.Add(new Dot(replica, n).ToString());
            }
        }

        return missing;
    }

    private void AddEvent(string kind, StandInUpdate? update, int? peer = null, IReadOnlyList<string>? missing = null, Dictionary<string, long>? deps = null, string? key = null, string? detail = null)
    {
        _events.Add(new EventView(
            _events.Count + 1, cluster.Now.ToUnixTimeMilliseconds() * 1000, Id ?? 0, peer, kind, update?.Dot.ToString(), (update?.Key ?? key) is { } about ? [about] : [],
            deps ?? [], missing ?? [], missing is not null, null, detail));
        Interlocked.Exchange(ref _eventAdded, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    private void Map(WebApplication app)
    {
        app.MapGet("/health", () => "Healthy");
        app.MapGet("/clock", () => Locked(() => new ClockView(Id!.Value, Numbers(_clock))));
        app.MapGet("/pending", () => Locked(() => new PendingView(Id!.Value, _pending.Count, [.. _pending.Select(waiting => new PendingUpdateView(
            waiting.Update.Dot.ToString(), waiting.Update.Dot.Replica.Value, [waiting.Update.Key], Missing(waiting.Update), Missing(waiting.Update).Count,
            waiting.ArrivedAt, (long)(DateTimeOffset.UtcNow - waiting.ArrivedAt).TotalMilliseconds, "missing-dependency"))])));
        app.MapGet("/status", () => Locked(() => new StatusView(
            "stand-in", Id!.Value, name, "incarnation-of-" + name + Id, "0.1.0", "active", null, true, (long)(DateTimeOffset.UtcNow - _startedAt).TotalMilliseconds, _boot, "fsync", "file",
            new CountersView(_keys.Count(entry => entry.Value[0].Value is not null), _writes, _applied, _prevented, _prevented, 0, 0, _pending.Count, 0), new DiskView("/stand-in", 1, 1, true))));
        app.MapGet("/members", () => Locked(() => new MembersView(Id!.Value, [.. cluster.Replicas.Where(other => other.Id is not null).Select(other =>
            new MemberView(other.Id!.Value, other.Name, "", "active", other.Address.ToString(), "", 0, other == this, other.IsUp, null, null))])));
        app.MapGet("/events", EventsAsync);
        app.MapGet("/kv", (string? prefix, int limit) => Locked(() => new ListView(Numbers(_clock), [.. _keys
            .Where(entry => entry.Value[0].Value is not null && entry.Key.StartsWith(prefix ?? "", StringComparison.Ordinal))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal).Take(limit)
            .Select(entry => new EntryView(entry.Key, "register", entry.Value[0].Dot.ToString(), null, null, null, entry.Value.Count, false))], null)));
        app.MapPut("/kv/{key}", WriteAsync);
        app.MapDelete("/kv/{key}", (HttpContext context, string key) => Locked(() =>
        {
            var update = Write(key, null, "");
            context.Response.Headers["Causal-Token"] = Token(update.Dependencies.With(update.Dot));
            return new WriteView(key, update.Dot.ToString(), Numbers(update.Dependencies.With(update.Dot)));
        }));
        app.MapGet("/kv/{key}", async (HttpContext context, string key) => await WaitAsync(context) ?? Locked(() => Read(context, key)));
        var admin = app.MapGroup("/admin").AddEndpointFilter(async (context, next) =>
            context.HttpContext.Request.Headers.Authorization == $"Bearer {StandInCluster.ClusterKey}" ? await next(context) : Results.Problem("The cluster key is missing or wrong.", statusCode: 401));
        admin.MapGet("/links", () => Locked(Links));
        admin.MapPut("/links/{peer:int}", (int peer, LinkRequest request) => Locked(() =>
        {
            Link(peer).Mode = request.Mode;
            Link(peer).Fault = request;
            Link(peer).ExpiresAt = request.Mode == "ok" ? null : DateTimeOffset.UtcNow.AddSeconds(request.ExpiresSeconds);
            AddEvent("LinkChanged", null, peer, detail: request.Mode == "ok" ? "healed" : request.Mode == "hold" ? "held" : request.Mode);
            cluster.Flow();
            return Links();
        }));
        admin.MapPost("/links/{peer:int}/release", (int peer, int count) => Locked(() =>
        {
            for (; count > 0 && Link(peer).Queue.TryDequeue(out var update); count--)
            {
                cluster.Replicas.First(other => other.Id == peer).Arrive(update);
                cluster.Flow();
            }

            return Links();
        }));
        admin.MapDelete("/links", () => Locked(() =>
        {
            foreach (var link in _links.Values)
            {
                link.Mode = "ok";
                link.ExpiresAt = null;
            }

            foreach (var peer in _links.Keys)
            {
                AddEvent("LinkChanged", null, peer, detail: "healed");
            }

            cluster.Flow();
            return Links();
        }));
        admin.MapPost("/leave", () =>
        {
            _ = cluster.LeaveAsync(this);
            return Results.Ok();
        });
    }

    private List<LinkView> Links() => [.. cluster.Replicas.Where(peer => peer != this && peer.Id is not null).Select(peer =>
    {
        var link = Link(peer.Id!.Value);
        var (delay, jitter, drop) = link.Mode switch { "delay" => (link.Fault.DelayMs, link.Fault.JitterMs, 0), "drop" => (0, 0, link.Fault.DropPercent), _ => (0, 0, 0) };
        return new LinkView(peer.Id!.Value, link.Mode, delay, jitter, drop, link.ExpiresAt, link.Queue.Count);
    })];

    private async Task<IResult> WriteAsync(HttpContext context, string key)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var update = Write(key, body.ToArray(), context.Request.ContentType ?? "application/octet-stream");
        context.Response.Headers["Causal-Token"] = Token(update.Dependencies.With(update.Dot));
        return Results.Json(new WriteView(key, update.Dot.ToString(), Numbers(update.Dependencies.With(update.Dot))), Json);
    }

    /// <summary>A session waits for what it has seen, as long as it says.</summary>
    private async Task<IResult?> WaitAsync(HttpContext context)
    {
        if (!CausalToken.TryRead(context.Request.Headers["Causal-Token"].ToString(), Encoding.UTF8.GetBytes(StandInCluster.ClusterKey), "stand-in", out var seen))
        {
            return null;
        }

        var patience = int.Parse(context.Request.Headers["Causal-Timeout"].ToString(), CultureInfo.InvariantCulture);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _alive.Token);
        deadline.CancelAfter(patience);
        while (true)
        {
            var added = _eventAdded.Task;
            List<Dot> missing;
            lock (cluster.Gate)
            {
                missing = [.. seen.Where(entry => _clock[entry.Replica] < entry.Counter).Select(entry => new Dot(entry.Replica, entry.Counter))];
            }

            if (missing.Count == 0)
            {
                return null;
            }

            try
            {
                await added.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                return Results.Problem("The session has seen more.", statusCode: 503, extensions: new Dictionary<string, object?> { ["missing"] = missing.Select(dot => dot.ToString()).ToArray() });
            }
        }
    }

    private IResult Read(HttpContext context, string key)
    {
        context.Response.Headers["Causal-Token"] = Token(_clock);
        var found = _keys.TryGetValue(key, out var versions);
        AddEvent("Read", versions?[0], key: key);
        if (!found || versions![0].Value is null)
        {
            return Results.Problem("The key has no value here.", statusCode: 404);
        }

        if (context.Request.Query.ContainsKey("siblings"))
        {
            return Results.Json(new SiblingsView(key, [.. versions.Select(version => new SiblingView(version.Dot.ToString(), false, Encoding.UTF8.GetString(version.Value ?? []), "utf-8", version.ContentType, 0))]), Json);
        }

        context.Response.Headers.ETag = $"\"{versions[0].Dot}\"";
        context.Response.Headers["Siblings"] = versions.Count.ToString(CultureInfo.InvariantCulture);
        return Results.Bytes(versions[0].Value!, versions[0].ContentType);
    }

    private async Task EventsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        var position = int.Parse(context.Request.Query["after"].ToString(), CultureInfo.InvariantCulture);
        var except = context.Request.Query["except"].ToString().Split(',');
        await context.Response.StartAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _alive.Token);
        try
        {
            while (true)
            {
                var added = _eventAdded.Task;
                List<EventView> next;
                lock (cluster.Gate)
                {
                    next = [.. _events.Skip(position)];
                }

                foreach (var item in next)
                {
                    position = (int)item.N;
                    if (except.Contains(item.Kind))
                    {
                        continue;
                    }

                    await context.Response.WriteAsync($"id: {item.N}\ndata: {JsonSerializer.Serialize(item, Json)}\n\n", stop.Token);
                }

                await context.Response.Body.FlushAsync(stop.Token);
                await added.WaitAsync(stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
    }

    private static string Token(VectorClock clock) => CausalToken.Write(clock, Encoding.UTF8.GetBytes(StandInCluster.ClusterKey), "stand-in");

    private T Locked<T>(Func<T> read)
    {
        lock (cluster.Gate)
        {
            return read();
        }
    }

    private static Dictionary<string, long> Numbers(VectorClock clock) => clock.ToDictionary(entry => entry.Replica.Value.ToString(CultureInfo.InvariantCulture), entry => entry.Counter);
}
