using Microsoft.AspNetCore.SignalR;
using ReplicatedDs.Dashboard.Collector;

namespace ReplicatedDs.Dashboard.Hubs;

/// <summary>
/// One pump per browser. Nothing is queued for a viewer: its pump sends the newest picture and the events behind its own position
/// in the log, and takes the next only when the connection has taken the last. So a slow viewer gets fewer pictures and a count of
/// the events it missed, and costs nobody anything.
/// </summary>
internal sealed class ViewerRegistry(IHubContext<ClusterHub> hub, ClusterStore store, EventLog log, TimeProvider time, ILogger<ViewerRegistry> logger)
{
    /// <summary>As many as a page lists: of what comes faster it shows the newest anyway.</summary>
    private const int BatchMax = 100;

    private static readonly TimeSpan BatchInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>More updates that wait are a long list.</summary>
    private const int ShortList = 50;

    /// <summary>
    /// Between two batches of events of which most are left out, and two pictures with long lists of what waits: a list that is replaced as a whole is not read at
    /// any rate.
    /// </summary>
    private static readonly TimeSpan FloodInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(15);

    /// <summary>Starts sending to a connection, until <paramref name="aborted"/>.</summary>
    public void Add(string connectionId, bool hasEvents, CancellationToken aborted) => _ = PumpAsync(hub.Clients.Client(connectionId), connectionId, hasEvents, aborted);

    private async Task PumpAsync(ISingleClientProxy viewer, string connectionId, bool hasEvents, CancellationToken aborted)
    {
        try
        {
            var version = 0L;
            var n = Math.Max(0, log.Last - BatchMax);
            var sentAt = time.GetTimestamp();
            var shownAt = sentAt;
            while (!aborted.IsCancellationRequested)
            {
                var published = store.Published.Next;
                var appended = log.Changed.Next;
                if (store.Current is { Version: > 0 } view && view.Version != version && (view.Pending <= ShortList || version == 0 || time.GetElapsedTime(shownAt) >= FloodInterval))
                {
                    version = view.Version;
                    await viewer.SendAsync("view", view, aborted);
                    shownAt = time.GetTimestamp();
                }

                if (hasEvents && (log.Last - n <= BatchMax || time.GetElapsedTime(sentAt) >= FloodInterval))
                {
                    n = await SendEventsAsync(viewer, n, aborted);
                    sentAt = time.GetTimestamp();
                }

                await Task.Delay(BatchInterval, time, aborted);
                await ChangeSignal.WaitAsync(hasEvents ? Task.WhenAny(published, appended) : published, IdleInterval, time, aborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The viewer went away.
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            logger.ViewerLost(connectionId, exception.Message);
        }
    }

    private async Task<long> SendEventsAsync(ISingleClientProxy viewer, long n, CancellationToken aborted)
    {
        // More than a batch behind: the viewer cannot follow, so it gets the newest ones and the number of those left out.
        var behind = log.Last - n;
        var from = behind > BatchMax ? log.Last - BatchMax : n;
        var batch = log.ReadAfter(from, BatchMax);
        if (batch.Events.Count == 0)
        {
            return n;
        }

        await viewer.SendAsync("events", batch with { Lost = batch.Lost + from - n }, aborted);
        return batch.Events[^1].N;
    }
}
