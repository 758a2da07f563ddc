namespace ReplicatedDs.Checker.Checks;

public sealed record CheckerOptions
{
    public static CheckerOptions Default { get; } = new();

    /// <summary>Findings that are explained, per pattern; more are only counted.</summary>
    /// <value>The default is 10.</value>
    public int FindingsPerPatternMax { get; init; } = 10;

    /// <summary>Look for WriteHBInitRead and CyclicHB too. A store that resolves conflicts by a fixed winner need not be free of them.</summary>
    /// <value>The default is false.</value>
    public bool CausalMemory { get; init; }

    /// <summary>
    /// Causal memory is checked exactly in histories of at most so many operations, and in longer ones within windows of so many
    /// operations that overlap by half: what is found is a violation, but one that spans more than a window is not found.
    /// </summary>
    /// <value>The default is 20,000.</value>
    public int CausalMemoryWindow { get; init; } = 20_000;

    /// <summary>
    /// The most memory for clocks. At worst a history needs 4 bytes for every pair of a write and a session; over the bound the check
    /// ends and says so.
    /// </summary>
    /// <value>The default is 4 GiB.</value>
    public long ClockBytesMax { get; init; } = 4L << 30;
}
