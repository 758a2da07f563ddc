using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Replica.Runtime;

/// <summary>The time that the core is told.</summary>
internal sealed class LoopClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public Instant Now() => new(
        (time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
        // From 1: in the core 0 means never.
        1 + (time.GetElapsedTime(_start).Ticks / TimeSpan.TicksPerMicrosecond));
}
