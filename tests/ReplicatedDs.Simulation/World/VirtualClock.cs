using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Simulation.World;

/// <summary>What one machine believes the time to be: its wall clock may be off, drift and jump; its monotonic clock starts anew with each process.</summary>
internal sealed class VirtualClock(EventQueue queue)
{
    // 2026-01-01: far enough from zero that a forgotten epoch shows.
    private const long Epoch = 1_767_225_600_000_000;

    private long _monotonicBase;

    /// <summary>How far the wall clock is off, in microseconds.</summary>
    public long Offset { get; set; }

    /// <summary>Parts per million by which the wall clock is too fast.</summary>
    public long Drift { get; set; }

    public Instant Now => new(Epoch + queue.Now + Offset + (queue.Now / 1_000_000 * Drift), Monotonic);

    public long Monotonic => queue.Now - _monotonicBase;

    /// <summary>A new process began: its monotonic time has another origin.</summary>
    public void StartProcess(long monotonicStart) => _monotonicBase = queue.Now - monotonicStart;
}
