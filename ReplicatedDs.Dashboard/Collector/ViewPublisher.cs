using ReplicatedDs.Dashboard.Configuration;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Collector;

/// <summary>Turns what the feeds learn into pictures, at most five a second however fast they learn.</summary>
internal sealed class ViewPublisher(ClusterStore store, EventLog log, TimeProvider time)
{
    private static readonly TimeSpan QuietInterval = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var dirty = store.Dirty.Next;
            var (slots, control) = store.Read();
            store.Publish(ViewBuilder.Build(store.Current.Version + 1, time.GetUtcNow(), slots, control, log.Last));
            await Task.Delay(DashboardOptions.ViewInterval, time, cancellationToken);

            // Also without news: a replica turns stale by keeping silent.
            await ChangeSignal.WaitAsync(dirty, QuietInterval, time, cancellationToken);
        }
    }
}
