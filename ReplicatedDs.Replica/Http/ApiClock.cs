using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Replica.Http;

/// <summary>Times as the core counts them, from a <see cref="TimeProvider"/>.</summary>
public static class ApiClock
{
    public static long UnixMicroseconds(this TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return (time.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;
    }

    /// <summary>Both clocks: the monotonic one counts from the time provider's own zero, so all users of one provider agree.</summary>
    public static Instant Instant(this TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return new Instant(time.UnixMicroseconds(), time.GetElapsedTime(0).Ticks / TimeSpan.TicksPerMicrosecond);
    }

    public static DateTimeOffset FromUnixMicroseconds(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
