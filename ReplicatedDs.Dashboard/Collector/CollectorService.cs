using ReplicatedDs.Dashboard.Configuration;

namespace ReplicatedDs.Dashboard.Collector;

/// <summary>Runs every feed for as long as the dashboard lives. No feed's trouble ends another.</summary>
internal sealed class CollectorService(
    DashboardOptions options, ReplicaReader reader, ClusterStore store, EventLog log, ControlFollower control, ViewPublisher publisher, TimeProvider time, ILoggerFactory loggers)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var logger = loggers.CreateLogger("ReplicatedDs.Dashboard.Collector");
        var feeds = new List<Task> { publisher.RunAsync(stoppingToken) };
        if (options.Control is not null)
        {
            feeds.Add(control.RunAsync(stoppingToken));
        }

        foreach (var slot in options.Slots)
        {
            var poller = new ReplicaPoller(slot, reader, store, time, logger);
            feeds.Add(poller.RunAsync(stoppingToken));
            feeds.Add(new ReplicaFollower(slot, reader, poller, store, log, time, logger).RunAsync(stoppingToken));
        }

        try
        {
            // An error that nobody expected ends the process with its message: a page that silently stands still would be worse.
            await Task.WhenAny(feeds).Unwrap();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }
}
