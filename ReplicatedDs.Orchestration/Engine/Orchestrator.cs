using System.Collections.Immutable;

namespace Aspire.Hosting.Engine;

/// <summary>Starts the resources that are processes, and stops them in reverse order.</summary>
internal sealed class Orchestrator(
    IReadOnlyList<Resource> resources,
    LaunchPlan plan,
    ResourceNotificationService notifications,
    ResourceLoggerService logs,
    HealthCheckService healthChecks,
    ILoggerFactory loggers)
{
    /// <summary>How long a process may take to stop before the one declared before it is asked as well.</summary>
    private static readonly TimeSpan TurnToStop = TimeSpan.FromSeconds(1);

    private readonly ProcessorShare _share = new();
    private ImmutableArray<ResourceRunner> _runners = [];

    public ResourceRunner? Find(string resourceName) => _runners.FirstOrDefault(runner => runner.Resource.Name == resourceName);

    /// <summary>Returns when every resource that neither waits for another nor for its own explicit start has its process.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        PortAllocator.Allocate(resources);
        foreach (var resource in resources)
        {
            notifications.Publish(resource, snapshot => snapshot with { State = new ResourceStateSnapshot(KnownResourceStates.NotStarted, null) });
        }

        _runners =
        [
            .. resources.Where(resource => resource is ProjectResource or ExecutableResource).Select(resource => new ResourceRunner(
                resource,
                plan,
                notifications,
                new ResourceOutput(resource.Name, logs.Buffer(resource.Name), TimeProvider.System),
                new HealthMonitor(resource, healthChecks, notifications),
                _share,
                loggers.CreateLogger("Aspire.Hosting." + resource.Name))),
        ];

        var starts = _runners.Where(runner => !runner.Resource.Definition.ExplicitStart)
            .Select(runner => (Runner: runner, Start: StartInBackgroundAsync(runner)))
            .ToList();
        await Task.WhenAll(starts.Where(s => s.Runner.Resource.Definition.WaitsFor.Count == 0).Select(s => s.Start)).WaitAsync(cancellationToken);
    }

    public async Task StopAsync()
    {
        var stops = new List<Task>();
        foreach (var runner in _runners.Reverse())
        {
            var stop = runner.StopAsync();
            stops.Add(stop);
            await Task.WhenAny(stop, Task.Delay(TurnToStop));
        }

        await Task.WhenAll(stops);
    }

    /// <summary>A resource that does not start is visible in its state and in the log; the others go on.</summary>
    private static async Task StartInBackgroundAsync(ResourceRunner runner)
    {
        try
        {
            await Task.Run(() => runner.StartAsync(CancellationToken.None));
        }
        catch (Exception exception) when (exception is DistributedApplicationException or OperationCanceledException)
        {
            // Said by the runner.
        }
    }
}
