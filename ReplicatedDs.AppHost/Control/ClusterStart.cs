using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ReplicatedDs.AppHost.Control;

/// <summary>
/// Brings the cluster up once its first processes run: replicas without an identity start one after another, so that ids come in the order
/// of names; when all answer, cluster.json is written and the console says where everything is.
/// </summary>
internal sealed partial class ClusterStart(
    ClusterOptions options,
    ClusterFile file,
    ClusterCommands commands,
    ResourceNotificationService notifications,
    LastWords lastWords,
    IHostApplicationLifetime lifetime,
    ILogger<ClusterStart> logger) : IDistributedApplicationEventingSubscriber
{
    /// <summary>How long the console waits for replicas that are not ready before it says where things are all the same.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PatienceWithDashboard = TimeSpan.FromSeconds(10);

    /// <summary>After how long the dashboard's address is said already, so that one can look what is the matter.</summary>
    private static readonly TimeSpan Unusual = TimeSpan.FromSeconds(15);

    public Task SubscribeAsync(IDistributedApplicationEventing eventing, DistributedApplicationExecutionContext executionContext, CancellationToken cancellationToken)
    {
        if (executionContext.IsRunMode)
        {
            eventing.Subscribe<AfterResourcesCreatedEvent>((_, token) => BringUpAsync(token));
        }

        return Task.CompletedTask;
    }

    private async Task BringUpAsync(CancellationToken cancellationToken)
    {
        if (options.RedisServer is { } redis)
        {
            _ = WatchRedisAsync(redis, lifetime.ApplicationStopping);
        }

        var serving = ServeAsync(lifetime.ApplicationStopping);
        try
        {
            if (options.Plan.DashboardUrl is { } url && await Task.WhenAny(serving, Task.Delay(Unusual, cancellationToken)) != serving)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Console.Out.WriteLine($"Not every replica is ready yet. {Endpoints.Login(url, await options.DashboardToken.GetValueAsync(cancellationToken))}");
            }

            await serving.WaitAsync(options.Plan.DashboardUrl is null ? Patience : Patience - Unusual, cancellationToken);
        }
        catch (TimeoutException)
        {
            LogSlow(Patience.TotalSeconds);
        }

        if (options.Dashboard is { } dashboard)
        {
            await ReadyAsync(dashboard, cancellationToken).WaitAsync(PatienceWithDashboard, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        Console.Out.Write(Endpoints.Describe(options.Plan, options.Data.ClusterFile, await options.DashboardToken.GetValueAsync(cancellationToken)));
    }

    private async Task ServeAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(options.Plan.AtOnce.Select(number => ReadyAsync(options.ReplicaOf(number), cancellationToken)));
        foreach (var number in options.Plan.InOrder)
        {
            var replica = options.ReplicaOf(number);
            _ = await commands.StartAsync(replica, cancellationToken); // somebody may have started it by the control API, or it may fail: both show next
            await ReadyAsync(replica, cancellationToken);
        }

        await file.OpenAsync();
    }

    /// <summary>Returns when the resource answers, or has ended: then it says so.</summary>
    private async Task ReadyAsync(ProjectResource resource, CancellationToken cancellationToken)
    {
        try
        {
            await notifications.WaitForResourceHealthyAsync(resource.Name, WaitBehavior.StopOnResourceUnavailable, cancellationToken);
        }
        catch (DistributedApplicationException exception)
        {
            LogEnded(exception.Message.TrimEnd('.'), await lastWords.OfAsync(resource));
        }
    }

    private async Task WatchRedisAsync(ExecutableResource redis, CancellationToken cancellationToken)
    {
        try
        {
            await notifications.WaitForResourceHealthyAsync(redis.Name, WaitBehavior.StopOnResourceUnavailable, cancellationToken);
        }
        catch (DistributedApplicationException exception)
        {
            LogNoRedis(exception.Message.TrimEnd('.'), await lastWords.OfAsync(redis));
        }
        catch (OperationCanceledException)
        {
            // The application stops.
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Not every replica is ready after {Seconds} s; cluster.json is written when they are")]
    private partial void LogSlow(double seconds);

    [LoggerMessage(2, LogLevel.Error, "{What}: {LastWords}")]
    private partial void LogEnded(string what, string lastWords);

    [LoggerMessage(3, LogLevel.Error, "{What}: {LastWords}. Members go on without it; nobody can join until it answers")]
    private partial void LogNoRedis(string what, string lastWords);
}
