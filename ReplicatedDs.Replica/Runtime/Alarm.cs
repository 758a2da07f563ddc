using ReplicatedDs.Replica.Http;

namespace ReplicatedDs.Replica.Runtime;

/// <summary>
/// Calls back at a time that is moved on again and again: one timer, set anew only when it would ring too late, or has rung too early. To
/// arm and stop one for every wait would cost a thread switch each time. Safe from any thread.
/// </summary>
internal sealed class Alarm : IDisposable
{
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private long _wanted = long.MaxValue;
    private long _armed = long.MaxValue;

    /// <param name="ring">Called on a thread of the pool, not before the time that was last wanted.</param>
    public Alarm(TimeProvider time, Action<Alarm> ring)
    {
        _time = time;
        _timer = time.CreateTimer(
            _ =>
            {
                lock (_gate)
                {
                    _armed = long.MaxValue;
                    if (_wanted > _time.Instant().MonotonicMicroseconds)
                    {
                        Arm_NeedsLock(_wanted);
                        return;
                    }
                }

                ring(this);
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Wants to be called at <paramref name="at"/>, in monotonic microseconds, in place of the time before.</summary>
    public void Ring(long at)
    {
        lock (_gate)
        {
            _wanted = at;
            if (at < _armed)
            {
                Arm_NeedsLock(at);
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Arm_NeedsLock(long at)
    {
        _armed = at;
        var wait = Math.Max(0, at - _time.Instant().MonotonicMicroseconds);
        _timer.Change(TimeSpan.FromMilliseconds((wait + 999) / 1000), Timeout.InfiniteTimeSpan); // timers count whole milliseconds, and would ring too early
    }
}
