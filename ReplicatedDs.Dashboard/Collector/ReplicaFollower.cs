using ReplicatedDs.Dashboard.Configuration;

namespace ReplicatedDs.Dashboard.Collector;

/// <summary>
/// Follows one replica's event feed into the log. After a broken connection it goes on behind the last event it got; a replica
/// that was started anew numbers from 1 again, and is read from there. Where very much happens, a part of it is asked for.
/// </summary>
internal sealed class ReplicaFollower(ReplicaSlot slot, ReplicaReader reader, ReplicaPoller poller, ClusterStore store, EventLog log, TimeProvider time, ILogger logger)
{
    /// <summary>In the log from where on only a share of the updates is told, and from where on all of them.</summary>
    public const string Thinned = "Thinned";
    public const string Whole = "Whole";

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(2);

    private (string Incarnation, long Boot)? _process;
    private long _n;

    // When the newest of the replica's events happened, by its own clock, in microseconds.
    private long _at;
    private int _share = 1;

    // Under which id the share was told.
    private int _sharedAs;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var dirty = store.Dirty.Next;
            if (store.Slot(slot.Name) is not { IsSilent: false, AnsweredAt: not null, Ended: null })
            {
                // The poller finds out when it is worth while again.
                TellShare(0, 1);
                if (store.Slot(slot.Name).EventsPerSecond > 0)
                {
                    store.Update(slot.Name, picture => picture with { EventsPerSecond = 0 });
                }

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

        var detail = store.Slot(slot.Name).Detail;
        TellShare(status.Replica, detail.Share);
        using var change = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pace = WatchPaceAsync(detail, change);
        EventStream? stream = null;
        var goesOn = false;
        try
        {
            stream = await reader.EventsAsync(slot, _n, detail, change.Token);
            await foreach (var item in stream.ReadAsync(change.Token))
            {
                if (isRestart && item.Kind != "Restart")
                {
                    log.Append(status.Replica, "Restart", $"start {status.Boot}");
                }

                isRestart = false;
                if (item.Kind != "Gap")
                {
                    Volatile.Write(ref _at, item.T);
                    Volatile.Write(ref _n, item.N);
                }

                log.Append(item.Replica == 0 ? item with { Replica = status.Replica } : item);
                poller.Wake(item);
            }

            return false;
        }
        catch (OperationCanceledException) when (change.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return goesOn = true;
        }
        finally
        {
            await change.CancelAsync();
            await pace;
            if (stream is { Reached: > 0 and var reached })
            {
                _n = reached; // What it did not tell is no loss when it is followed again.
            }

            stream?.Dispose();
            if (!goesOn)
            {
                // While it is only asked for another selection, as much happens as before: the others must not take it for calm.
                store.Update(slot.Name, picture => picture with { EventsPerSecond = 0 });
            }
        }
    }

    /// <summary>
    /// Notes how much happens at the replica, which numbers also what it does not tell, and ends the feed when another selection is wanted. By the events' own
    /// times: what is read again after a break happened long ago. When nothing comes, nothing happens.
    /// </summary>
    private async Task WatchPaceAsync(FeedDetail detail, CancellationTokenSource change)
    {
        var (n, at) = (Volatile.Read(ref _n), Volatile.Read(ref _at));
        var wanted = detail;
        while (wanted == detail)
        {
            await Task.Delay(RateWindow, time, change.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (change.IsCancellationRequested)
            {
                return;
            }

            var (newN, newAt) = (Volatile.Read(ref _n), Volatile.Read(ref _at));
            var rate = newN > n ? (newN - n) / Math.Max((newAt - at) / 1e6, RateWindow.TotalSeconds / 2) : 0;
            (n, at) = (newN, newAt);
            store.Update(slot.Name, picture => picture with { EventsPerSecond = rate });
            wanted = detail.For(rate, store.Read().Slots.Sum(other => other.EventsPerSecond));
        }

        store.Update(slot.Name, picture => picture with { Detail = wanted });
        await change.CancelAsync();
    }

    /// <summary>Before the first event that is told so: who reads the log is never told less than it knows of.</summary>
    /// <param name="replica">Less than 1: nobody follows any more.</param>
    private void TellShare(int replica, int share)
    {
        if (_share > 1 && (replica != _sharedAs || share == 1))
        {
            log.Append(_sharedAs, Whole, "1 in 1");
            _share = 1;
        }

        if (share != _share)
        {
            (_share, _sharedAs) = (share, replica);
            log.Append(replica, Thinned, FormattableString.Invariant($"1 in {share}"));
        }
    }
}
