using System.Globalization;
using ReplicatedDs.Client.Api;
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
    private int _share = 1;

    /// <summary>The share that a <see cref="Thinned"/> or <see cref="Whole"/> event tells.</summary>
    public static int ShareOf(EventView one) => one.Detail is ['1', ' ', 'i', 'n', ' ', .. var share] && int.TryParse(share, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : 1;

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

        var detail = store.Slot(slot.Name).Detail;
        if (detail.Share != _share)
        {
            // Before the first event that is told so: who reads the log is never told less than it knows of.
            _share = detail.Share;
            log.Append(status.Replica, _share > 1 ? Thinned : Whole, FormattableString.Invariant($"1 in {_share}"));
        }

        var (since, from) = (time.GetTimestamp(), -1L);
        await foreach (var item in reader.EventsAsync(slot, _n, detail, cancellationToken))
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
                store.Update(slot.Name, picture => picture with { EventsPerSecond = rate });
                if (detail.For(rate, store.Read().Slots.Sum(other => other.EventsPerSecond)) is var wanted && wanted != detail)
                {
                    store.Update(slot.Name, picture => picture with { Detail = wanted });
                    return true;
                }

                (since, from) = (time.GetTimestamp(), item.N);
            }
        }

        return false;
    }
}
