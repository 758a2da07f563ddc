using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Http;

namespace ReplicatedDs.Replica.Telemetry;

/// <summary>
/// The last events of this replica in a bounded ring. Writers never wait; a reader that falls behind by more than the capacity loses
/// the oldest and is told how many. Safe from any thread.
/// </summary>
public sealed class EventRing(int capacity = 1 << 16)
{
    /// <summary>Keys of an update that its events name, at most.</summary>
    private const int KeysMax = 32;

    /// <summary>Values up to this size are not worth a copy of the update, which is about as large.</summary>
    private const int SmallValue = 256;

    /// <summary>Reads told in a second while nobody follows: whoever comes later wants to see those of people, not millions.</summary>
    private const int ReadsPerSecond = 1000;

    private const long Second = 1000;
    private const long FollowedFor = 60 * Second;

    private readonly Lock _gate = new();
    private readonly StampedEvent[] _events = new StampedEvent[capacity];
    private readonly long[] _counts = new long[Enum.GetValues<ReplicaEventKind>().Length];
    private long _prevented;
    private long _last;

    // Reads, and when somebody last looked, in milliseconds of the system's clock of ticks. Threads that meet here may tell a few reads more or less.
    private long _readsSince;
    private int _readsTold;
    private long _readsUntold;
    private long _followedAt = -FollowedFor;

    // Only while somebody waits.
    private TaskCompletionSource? _more;

    /// <summary>The number of the newest event, 0 if there is none.</summary>
    public long Last
    {
        get
        {
            lock (_gate)
            {
                return _last;
            }
        }
    }

    /// <summary>Updates that a store without causal delivery would have shown before a cause, since the start.</summary>
    public long Prevented => Interlocked.Read(ref _prevented);

    /// <summary>How many events of a kind there were since the start, those no longer in the ring included.</summary>
    public long Count(ReplicaEventKind kind) =>
        Interlocked.Read(ref _counts[(int)kind]) + (kind == ReplicaEventKind.Read ? Interlocked.Read(ref _readsUntold) : 0);

    /// <summary>A read. While somebody follows, and a minute longer, all are told; else the first thousand in a second. All are counted.</summary>
    public void AddRead(TimeProvider time, string key, Dot? dot)
    {
        if (IsWorthTelling(Environment.TickCount64))
        {
            Add(time.UnixMicroseconds(), new ReplicaEvent(ReplicaEventKind.Read) { Key = key, Dot = dot });
        }
        else
        {
            Interlocked.Increment(ref _readsUntold);
        }
    }

    public void Add(long unixMicroseconds, params ReadOnlySpan<ReplicaEvent> events)
    {
        if (events.IsEmpty)
        {
            return;
        }

        TaskCompletionSource? waiters;
        lock (_gate)
        {
            foreach (ref readonly var one in events)
            {
                _last++;
                _counts[(int)one.Kind]++;
                _prevented += one is { Kind: ReplicaEventKind.Buffer, WouldBeVisible: true } ? 1 : 0;
                _events[_last % _events.Length] = new StampedEvent(_last, unixMicroseconds, Slim(one));
            }

            (waiters, _more) = (_more, null);
        }

        waiters?.SetResult();
    }

    private bool IsWorthTelling(long now)
    {
        if (now - Volatile.Read(ref _followedAt) < FollowedFor)
        {
            return true;
        }

        if (now - Volatile.Read(ref _readsSince) >= Second)
        {
            Volatile.Write(ref _readsSince, now);
            Volatile.Write(ref _readsTold, 0);
        }

        return Volatile.Read(ref _readsTold) < ReadsPerSecond && Interlocked.Increment(ref _readsTold) <= ReadsPerSecond;
    }

    /// <summary>
    /// An event names keys and clocks, never values. Without them, and with no more keys than a reader is shown, the ring is bounded in bytes as it is in
    /// number.
    /// </summary>
    private static ReplicaEvent Slim(in ReplicaEvent one)
    {
        if (one.Update is not { } update || IsSmall(update))
        {
            return one;
        }

        var operations = update.Operations.Take(KeysMax).Select(static operation => operation is SetOperation set ? set with { Value = default } : operation);
        return one with { Update = update with { Operations = [.. operations] } };
    }

    private static bool IsSmall(Update update)
    {
        foreach (var operation in update.Operations)
        {
            if (operation is SetOperation { Value.Length: > SmallValue })
            {
                return false;
            }
        }

        return update.Operations.Length <= KeysMax;
    }

    /// <summary>
    /// The events after number <paramref name="after"/>, as many as there is room for, waiting for the first. <c>Lost</c> says how many
    /// after that number are no longer there.
    /// </summary>
    public async ValueTask<(long Lost, ArraySegment<StampedEvent> Events)> ReadAsync(long after, StampedEvent[] into, CancellationToken cancellationToken)
    {
        while (true)
        {
            Volatile.Write(ref _followedAt, Environment.TickCount64);
            Task more;
            lock (_gate)
            {
                // A number from before a restart is ahead of ours: start over.
                after = after > _last ? 0 : after;
                var first = Math.Max(after + 1, _last - _events.Length + 1);
                var count = (int)Math.Min(into.Length, _last - first + 1);
                if (count > 0)
                {
                    for (var i = 0; i < count; i++)
                    {
                        into[i] = _events[(first + i) % _events.Length];
                    }

                    return (first - after - 1, new ArraySegment<StampedEvent>(into, 0, count));
                }

                more = (_more ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>As <see cref="ReadAsync"/>, but <c>null</c> if nothing comes for that long.</summary>
    public async ValueTask<(long Lost, ArraySegment<StampedEvent> Events)?> NextAsync(
        long after, StampedEvent[] into, TimeSpan quiet, TimeProvider time, CancellationToken cancellationToken)
    {
        using var interval = new CancellationTokenSource(quiet, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, interval.Token);
        try
        {
            return await ReadAsync(after, into, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
