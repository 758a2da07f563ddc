namespace ReplicatedDs.Cli.Loading;

/// <summary>What a load measured.</summary>
internal sealed record LoadResult(TimeSpan Elapsed, LatencyHistogram Reads, LatencyHistogram Writes, long Failures, string? FirstFailure)
{
    public long Operations => Reads.Count + Writes.Count;

    public double PerSecond => Operations / Math.Max(Elapsed.TotalSeconds, 1e-9);
}
