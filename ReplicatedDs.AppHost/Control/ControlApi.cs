using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ReplicatedDs.AppHost.Control;

/// <summary>
/// A loopback HTTP API in the app host process, for the dashboard, <c>rds</c> and tests: list, start, stop, restart, crash and join.
/// It listens before any resource starts (BeforeStartEvent is raised ahead of the orchestrator).
/// </summary>
internal sealed partial class ControlApi(
    ClusterOptions options,
    ClusterView view,
    ClusterCommands cluster,
    ResourceNotificationService notifications,
    ResourceLoggerService logs,
    IHostApplicationLifetime lifetime,
    ILoggerFactory loggers) : IDistributedApplicationEventingSubscriber, IAsyncDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger<ControlApi>();
    private WebApplication? _server;
    private byte[] _authorization = [];

    public Task SubscribeAsync(IDistributedApplicationEventing eventing, DistributedApplicationExecutionContext executionContext, CancellationToken cancellationToken)
    {
        if (executionContext.IsRunMode)
        {
            eventing.Subscribe<BeforeStartEvent>((_, token) => StartAsync(token));
        }

        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        _authorization = Encoding.UTF8.GetBytes("Bearer " + await options.ControlToken.GetValueAsync(cancellationToken));

        // An empty builder: the default one would read ASPNETCORE_URLS, which in the app host is the Aspire dashboard's address.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 4096; // no call has a body
            kestrel.Limits.MaxConcurrentConnections = 200;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            kestrel.Listen(IPAddress.Loopback, options.Plan.ControlPort);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(loggers);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));

        var server = builder.Build();
        server.Use(GuardAsync);
        server.MapGet("/resources", () => Json(view.All(), StatusCodes.Status200OK));
        server.MapGet("/resources/stream", (CancellationToken stop) => TypedResults.ServerSentEvents(StatesAsync(stop)));
        server.MapGet("/resources/{name}/logs", (string name, CancellationToken stop) => options.Find(name) is { } resource
            ? TypedResults.ServerSentEvents(LogsAsync(resource, stop))
            : (IResult)ControlProblem.NoResource(name));
        server.MapPost("/resources/{name}/{verb}", (string name, string verb, CancellationToken stop) => cluster.ExecuteAsync(name, verb, stop));
        server.MapPost("/join", cluster.JoinAsync);
        try
        {
            await server.StartAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            throw new RefusedException($"The control API cannot listen: {exception.Message.TrimEnd('.')}.");
        }

        _server = server;
        LogListening(options.Plan.ControlUrl);
    }

    internal static IResult Json<T>(T value, int status) => TypedResults.Json(value, JsonSerializerOptions.Web, statusCode: status);

    /// <summary>
    /// Any page in a browser can send requests to a loopback port, under a host name of its own choice: so only our own host names, no foreign
    /// origin, and the token.
    /// </summary>
    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var origin = request.Headers.Origin.ToString();
        var given = Encoding.UTF8.GetBytes(request.Headers.Authorization.ToString());
        ProblemHttpResult? refusal =
            !IsOwn(request.Host.Value ?? "") ? ControlProblem.ForeignHost(request.Host.Value ?? "")
            : origin.Length > 0 && !(Uri.TryCreate(origin, UriKind.Absolute, out var page) && IsOwn(page.Authority)) ? ControlProblem.ForeignOrigin(origin)
            : !CryptographicOperations.FixedTimeEquals(given, _authorization) ? ControlProblem.NoToken()
            : null;
        if (refusal is null)
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: 404 or 405, ContentType: null })
            {
                await ControlProblem.NoCall(context.Response.StatusCode, $"{request.Method} {request.Path}").ExecuteAsync(context);
            }

            return;
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        await refusal.ExecuteAsync(context);
    }

    private bool IsOwn(string authority) => authority == $"127.0.0.1:{options.Plan.ControlPort}" || authority == $"localhost:{options.Plan.ControlPort}";

    /// <summary>The whole list at once, and again after every change.</summary>
    private async IAsyncEnumerable<SseItem<string>> StatesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        var sent = "";
        await using var changes = notifications.WatchAsync(ending.Token).GetAsyncEnumerator(ending.Token);
        do
        {
            var now = JsonSerializer.Serialize(view.All(), JsonSerializerOptions.Web);
            if (now != sent)
            {
                sent = now;
                yield return new SseItem<string>(now, "resources");
            }
        }
        while (await NextAsync(changes, ending.Token));
    }

    private async IAsyncEnumerable<SseItem<string>> LogsAsync(IResource resource, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        await using var batches = logs.WatchAsync(resource).GetAsyncEnumerator(ending.Token);
        while (await NextAsync(batches, ending.Token))
        {
            foreach (var line in batches.Current)
            {
                yield return new SseItem<string>(line.Content, line.IsErrorMessage ? "error" : "line");
            }
        }
    }

    /// <summary>A stream ends quietly when its reader or the application does.</summary>
    private static async Task<bool> NextAsync<T>(IAsyncEnumerator<T> items, CancellationToken ending)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "Control API listening on {Url}")]
    private partial void LogListening(string url);
}
