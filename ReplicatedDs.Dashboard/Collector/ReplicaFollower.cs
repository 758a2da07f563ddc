using ReplicatedDs.Dashboard.Configuration;

namespace ReplicatedDs.Dashboard.Collector;

/// <summary>
/// Follows one replica's event feed into the log. After a broken connection it goes on behind the last event it got; a replica
/// that was started anew numbers from 1 again, and is read from there. Where very much happens, it does without the events that nothing
/// but the list of events is drawn from, so that telling them takes neither the replica's time nor the dashboard's.
/// </summary>
internal sealed class ReplicaFollower(ReplicaSlot slot, ReplicaReader reader, ReplicaPoller poller, ClusterStore store, EventLog log, TimeProvider time, ILogger logger)
{
    /// <summary>What is left out where very much happens: an update's write, its waiting and where it becomes visible are told all the same.</summary>
    public const string LeftOut = "Send,Arrive,Stable";

    /// <summary>Events a second of one replica, from which on they are left out, and below which they are told again.</summary>
    public const int BusyRate = 2_000;
    private const int CalmRate = 1_000;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(2);

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
                if (await FollowAsync(cancellationToken))
                {
                    continue;
                }
            }
            catch (Exception exception) when (ReplicaPoller.IsExpected(exception) && !cancellationToken.IsCancellationRequested)
            {
                logger.FeedEnded(slot.Name, _n, exception.Message);
            }

            await Task.Delay(RetryDelay, time, cancellationToken);
        }
    }

    /// <returns>Another selection of events is wanted; else the replica ended the feed.</returns>
    private async Task<bool> FollowAsync(CancellationToken cancellationToken)
    {
        var status = await reader.StatusAsync(slot, cancellationToken);
        var isRestart = _process is { } known && known.Incarnation == status.Incarnation && known.Boot != status.Boot;
        if (_process != (status.Incarnation, status.Boot))
        {
            _process = (status.Incarnation, status.Boot);
            _n = 0;
        }

        var isBrief = store.Slot(slot.Name).IsBrief;
        var (since, from) = (time.GetTimestamp(), -1L);
        await foreach (var item in reader.EventsAsync(slot, _n, isBrief ? LeftOut : "", cancellationToken))
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

            // The replica numbers also what it leaves out.
            from = from < 0 ? item.N : from;
            if (time.GetElapsedTime(since) is var took && took >= RateWindow)
            {
                var rate = (item.N - from) / took.TotalSeconds;
                if (isBrief ? rate < CalmRate : rate > BusyRate)
                {
                    store.Update(slot.Name, picture => picture with { IsBrief = !isBrief });
                    return true;
                }

                (since, from) = (time.GetTimestamp(), item.N);
            }
        }

        return false;
    }
}
