namespace ReplicatedDs.Causality.Clocks;

/// <summary>
/// The time that the core is told at each step. Time-outs use <paramref name="MonotonicMicroseconds"/>, which never goes back
/// while a process lives; timestamps of updates use <paramref name="UnixMicroseconds"/>, which may jump.
/// </summary>
public readonly record struct Instant(long UnixMicroseconds, long MonotonicMicroseconds);
