using System.Diagnostics;

namespace ReplicatedDs.Replica.Replication;

/// <summary>
/// When a stream of messages to a peer waits a moment, so that fewer and larger ones go out: every message is a wake-up, a step and an append at the peer. A
/// single write goes at once. Not thread-safe.
/// </summary>
/// <param name="peers">How many peers this replica sends its messages to.</param>
internal sealed class SendPace(Func<int> peers)
{
    /// <summary>So many updates within a millisecond are a load: then what follows in it goes out together, once it is over.</summary>
    private const long LoadUpdates = 16;

    private static readonly TimeSpan LoadSpan = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// A machine that needs long to run what is ready has too much to do, by however few writes: many replicas on few processors, for example. Then messages wait for
    /// several times as long as it is late, which makes the work less. A step sends one to every peer, so the more peers there are, the sooner and the longer: the
    /// lateness counts once for each. Not where it is later than the longest pause: much goes together there anyhow, and a replica must not look silent.
    /// </summary>
    private static readonly TimeSpan LateFrom = TimeSpan.FromMilliseconds(2);

    private const int LateFactor = 2;

    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(20);

    private long _since;
    private long _updates;
    private long _pausedAt;
    private TimeSpan _pause;
    private TimeSpan _late;

    /// <summary>So many updates go out now.</summary>
    public void Sent(long updates) => _updates += updates;

    /// <summary>How long to wait before the next message, in whole milliseconds; zero for not at all.</summary>
    /// <param name="now">As all times here, of <see cref="Stopwatch.GetTimestamp"/>.</param>
    public TimeSpan Pause(long now)
    {
        var lateness = _late * peers();
        var isLate = lateness >= LateFrom && _late <= PauseMax;
        var span = isLate ? LateFactor * lateness : LoadSpan;
        var left = (span > PauseMax ? PauseMax : span) - Stopwatch.GetElapsedTime(_since, now);
        if (left <= TimeSpan.Zero)
        {
            (_since, _updates) = (now, 0);
        }

        if (_updates < (isLate ? 1 : LoadUpdates))
        {
            return TimeSpan.Zero;
        }

        (_pausedAt, _pause) = (now, TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)));
        return _pause;
    }

    /// <summary>The pause is over. That it took longer is a sign of being late, too; timers count in whole milliseconds.</summary>
    public void Resume(long now)
    {
        Wake(Stopwatch.GetElapsedTime(_pausedAt, now) - _pause - TimeSpan.FromMilliseconds(1));
        (_since, _updates) = (now, 0);
    }

    /// <summary>The stream was idle, and runs again so long after it was asked to.</summary>
    public void Wake(TimeSpan late) => _late += ((late > TimeSpan.Zero ? late : TimeSpan.Zero) - _late) / 8;
}
