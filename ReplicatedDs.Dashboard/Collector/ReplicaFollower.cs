using ReplicatedDs.Dashboard.Configuration;

namespace ReplicatedDs.Dashboard.Collector;

/// <summary>
/// Follows one replica's event feed into the log. After a broken connection it goes on behind the last event it got; a replica
/// that was started anew numbers from 1 again, and is read from there.
/// </summary>
internal sealed class ReplicaFollower(ReplicaSlot slot, ReplicaReader reader, ReplicaPoller poller, ClusterStore store, EventLog log, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    private (string Incarnation, long Boot)? _process;
    private long _n;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var dirty = store.Dirty.Next;
            if (store.Slot(slot.Name) is not { IsSilent: false, AnsweredAt: not null, Ended: null })
            {
                // The poller finds out when it is worth while again.
                await dirty.WaitAsync(cancellationToken);
                continue;
            }

            try
            {
                await FollowAsync(cancellationToken);
            }
            catch (Exception exception) when (ReplicaPoller.IsExpected(exception) && !cancellationToken.IsCancellationRequested)
            {
                logger.FeedEnded(slot.Name, _n, exception.Message);
            }

            await Task.Delay(RetryDelay, time, cancellationToken);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var status = await reader.StatusAsync(slot, cancellationToken);
        var isRestart = _process is { } known && known.Incarnation == status.Incarnation && known.Boot != status.Boot;
        if (_process != (status.Incarnation, status.Boot))
        {
            _process = (status.Incarnation, status.Boot);
            _n = 0;
        }

        await foreach (var item in reader.EventsAsync(slot, _n, cancellationToken))
        {
            if (isRestart && item.Kind != "Restart")
            {
                log.Append(status.Replica, "Restart", $"start {status.Boot}");
            }

            isRestart = false;
            if (item.Kind != "Gap")
            {
                _n = item.N;
            }

            log.Append(item.Replica == 0 ? item with { Replica = status.Replica } : item);
            poller.Wake(item);
        }
    }
}
