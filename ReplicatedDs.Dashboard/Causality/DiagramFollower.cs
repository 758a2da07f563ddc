using ReplicatedDs.Dashboard.Collector;

namespace ReplicatedDs.Dashboard.Causality;

/// <summary>Feeds the diagram from the collector's log: once, for all viewers.</summary>
internal sealed class DiagramFollower(EventLog events, DiagramLog diagram, TimeProvider time) : BackgroundService
{
    private const int BatchMax = 2000;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var projector = new DiagramProjector();
        var n = 0L;
        try
        {
            while (true)
            {
                var changed = events.Changed.Next;
                var batch = events.ReadAfter(n, BatchMax);
                if (batch.Events.Count == 0)
                {
                    await ChangeSignal.WaitAsync(changed, IdleInterval, time, stoppingToken);

                    // What follows within a moment becomes one batch.
                    await Task.Delay(Interval, time, stoppingToken);
                    continue;
                }

                var rows = new List<DiagramRow>(batch.Events.Count);
                if (batch.Lost > 0)
                {
                    rows.Add(projector.Gap(batch.Events[0].T, batch.Lost));
                }

                rows.AddRange(batch.Events.Select(projector.Project).OfType<DiagramRow>());
                diagram.Append(rows);
                n = batch.Events[^1].N;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }
}
