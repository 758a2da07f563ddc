using Microsoft.Extensions.Hosting;

namespace ReplicatedDs.ServiceDefaults.Telemetry;

/// <summary>Sends the last telemetry when everything else has stopped, and does not let a dead receiver delay the end.</summary>
internal sealed class TelemetryFlush(TelemetryPipeline pipeline) : IHostedLifecycleService
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => pipeline.ShutdownAsync(Timeout);
}
