using System.Text.Json;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Configuration;

namespace ReplicatedDs.Dashboard.Collector;

/// <summary>
/// Asks one replica for its clock, buffer, status, members and links: at once when its feed reports a change (at most five times
/// a second), else once a second; less and less often while it is silent, and not at all while its slot has no process.
/// </summary>
internal sealed class ReplicaPoller(ReplicaSlot slot, ReplicaReader reader, ClusterStore store, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan RetryDelayMin = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RetryDelayMax = TimeSpan.FromSeconds(5);

    /// <summary>A key that is not accepted is not shown again sooner: replicas count it as a guess, of everybody at this address.</summary>
    private static readonly TimeSpan RefusalInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SlowInterval = TimeSpan.FromSeconds(1);

    private const int RestFactor = 10;

    private readonly ChangeSignal _wake = new();

    // What is rare and somebody may have done just now, such as a link that was healed, is asked for also while it rests.
    private readonly ChangeSignal _urgent = new();
    private DateTimeOffset _slowAt;
    private DateTimeOffset _refusedAt;
    private long _writes = -1;
    private bool _linksChanged;

    /// <summary>The feed saw an event: what was polled is out of date.</summary>
    public void Wake(EventView seen)
    {
        _linksChanged |= seen.Kind is "LinkChanged" or "Restart";
        _wake.Pulse();
        if (seen.Kind is "LinkChanged" or "Restart" or "Join" or "Leave")
        {
            _urgent.Pulse();
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var retryDelay = RetryDelayMin;
        while (!cancellationToken.IsCancellationRequested)
        {
            var changed = store.ControlChanged.Next;
            if (!IsWorthAsking())
            {
                await ChangeSignal.WaitAsync(changed, SlowInterval, time, cancellationToken);
                continue;
            }

            var woken = _wake.Next;
            var urgent = _urgent.Next;
            try
            {
                var began = time.GetTimestamp();
                await PollAsync(cancellationToken);
                retryDelay = RetryDelayMin;

                // A replica, or a machine, that is slow to answer has other work: it is asked less often.
                var rest = Shorter(time.GetElapsedTime(began) * RestFactor, SlowInterval);
                rest = rest < DashboardOptions.ViewInterval ? DashboardOptions.ViewInterval : rest;
                await Task.Delay(DashboardOptions.ViewInterval, time, cancellationToken);
                await ChangeSignal.WaitAsync(urgent, rest - DashboardOptions.ViewInterval, time, cancellationToken);
                await ChangeSignal.WaitAsync(woken, SlowInterval - rest, time, cancellationToken);
            }
            catch (Exception exception) when (IsExpected(exception) && !cancellationToken.IsCancellationRequested)
            {
                NoteSilence(exception);
                await ChangeSignal.WaitAsync(changed, IsRefusal(exception) ? RefusalInterval : retryDelay, time, cancellationToken);
                retryDelay = Shorter(retryDelay * 2, RetryDelayMax);
            }
        }
    }

    /// <summary>A replica that is dead, starting, or answers nonsense: nothing that the collector could not live with.</summary>
    public static bool IsExpected(Exception exception) =>
        exception is HttpRequestException or IOException or JsonException or OperationCanceledException or NotSupportedException or FormatException;

    private static bool IsRefusal(Exception exception) => exception is HttpRequestException { StatusCode: System.Net.HttpStatusCode.Unauthorized or System.Net.HttpStatusCode.TooManyRequests };

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private bool IsWorthAsking()
    {
        var (slots, control) = store.Read();
        var picture = slots.First(candidate => candidate.Slot.Name == slot.Name);
        return !control.IsReachable || picture.Resource is not { } resource || ResourceStates.IsBusy(resource.State);
    }

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now - _slowAt >= SlowInterval || store.Slot(slot.Name).IsSilent)
        {
            await PollSlowAsync(now, cancellationToken);
        }

        var clock = await reader.ClockAsync(slot, cancellationToken);
        var pending = await reader.PendingAsync(slot, cancellationToken);
        var status = await reader.StatusAsync(slot, cancellationToken);
        var links = store.Slot(slot.Name).Links;
        var refusal = store.Slot(slot.Name).LinkRefusal;
        if (_linksChanged || (links is null && refusal is null) || links?.Any(link => link.Mode != "ok") == true)
        {
            _linksChanged = false;
            (links, refusal) = await reader.LinksAsync(slot, cancellationToken);
            _refusedAt = refusal is null ? default : now;
        }

        if (store.Slot(slot.Name) is { AnsweredAt: null } or { IsSilent: true })
        {
            logger.ReplicaAnswers(slot.Name, clock.Replica);
        }

        var answeredAt = time.GetUtcNow();
        store.Update(slot.Name, picture => picture with
        {
            Clock = clock,
            Pending = pending,
            Status = status,
            StartedAt = StartOf(status, picture.StartedAt, answeredAt),
            Links = links,
            LinkRefusal = refusal,
            AnsweredAt = answeredAt,
            IsSilent = false,
            Failure = null,
        });
    }

    private async Task PollSlowAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var members = await reader.MembersAsync(slot, cancellationToken);
        var writes = store.Slot(slot.Name).Status?.Counters.Writes ?? -1;
        var seconds = (now - _slowAt).TotalSeconds;
        var rate = _writes >= 0 && writes >= _writes && seconds is > 0.5 and < 10 ? (writes - _writes) / seconds : 0;
        _writes = writes;
        _slowAt = now;
        _linksChanged |= now - _refusedAt >= RefusalInterval;
        store.Update(slot.Name, picture => picture with { Members = members, WritesPerSecond = rate });
    }

    /// <summary>What was known before is kept while it fits, so that the start does not jitter with the way of the answer.</summary>
    private static DateTimeOffset StartOf(StatusView status, DateTimeOffset? known, DateTimeOffset now)
    {
        var start = now - TimeSpan.FromMilliseconds(status.UptimeMs);
        return known is { } before && (before - start).Duration() < SlowInterval ? before : start;
    }

    private void NoteSilence(Exception exception)
    {
        var reason = exception is OperationCanceledException ? "no answer within 2 s" : exception.Message;
        _linksChanged |= !IsRefusal(exception); // when it answers again it may be another process, with other settings
        if (!store.Slot(slot.Name).IsSilent)
        {
            logger.ReplicaSilent(slot.Name, reason);
        }

        store.Update(slot.Name, picture => picture with { IsSilent = true, Failure = reason, WritesPerSecond = 0 });
    }
}
