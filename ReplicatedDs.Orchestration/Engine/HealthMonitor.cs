namespace Aspire.Hosting.Engine;

/// <summary>Asks a running resource's health checks: often until it is healthy, then now and then.</summary>
internal sealed class HealthMonitor(Resource resource, HealthCheckService checks, ResourceNotificationService notifications)
{
    private static readonly TimeSpan WhileUnhealthy = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan WhileHealthy = TimeSpan.FromSeconds(2);

    /// <value>The health of a process that has just started: a resource that has no check is healthy.</value>
    public HealthStatus? Initial => resource.Definition.HealthChecks.Count == 0 ? HealthStatus.Healthy : null;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var keys = resource.Definition.HealthChecks;
        try
        {
            while (keys.Count > 0)
            {
                var report = await checks.CheckHealthAsync(check => keys.Contains(check.Name), cancellationToken);
                cancellationToken.ThrowIfCancellationRequested(); // the answer of a process that has ended since says nothing
                notifications.Publish(resource, snapshot => snapshot with { HealthStatus = report.Status });
                await Task.Delay(report.Status == HealthStatus.Healthy ? WhileHealthy : WhileUnhealthy, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process has ended.
        }
    }
}
