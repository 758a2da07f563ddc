using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Past;

namespace ReplicatedDs.Dashboard.History;

/// <summary>Feeds the update index, the metrics, the check and the time machine from the collector's log: once, for all viewers.</summary>
internal sealed class HistoryFollower(EventLog events, ClusterStore store, UpdateIndex updates, Measures measures, ContinuousCheck check, TimeMachine past, TimeProvider time) : BackgroundService
{
    private const int BatchMax = 4_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var n = 0L;
        var version = 0L;
        try
        {
            while (true)
            {
                var changed = events.Changed.Next;
                var batch = events.ReadAfter(n, BatchMax);
                if (batch.Lost > 0)
                {
                    measures.AddLost(batch.Lost);
                    check.Lost(store.Read().Slots.Where(slot => slot.Detail.Share > 1 && slot.Id is not null).Select(slot => slot.Id!.Value));
                }

                past.Add(batch);
                foreach (var one in batch.Events)
                {
                    measures.Add(one, updates.Add(one));
                    check.Add(one);
                    n = one.N;
                }

                if (store.Current is var view && view.Version != version)
                {
                    version = view.Version;
                    measures.Add(view);
                    past.Add(view);
                }

                if (batch.Events.Count < BatchMax)
                {
                    await ChangeSignal.WaitAsync(changed, IdleInterval, time, stoppingToken);

                    // What follows within a moment becomes one batch.
                    await Task.Delay(Interval, time, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }
}
