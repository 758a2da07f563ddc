namespace ReplicatedDs.Cluster.Tests.Soaking;

/// <summary>Something that must not grow while its process lives; a restart begins anew, on the disk too, where the write-ahead log goes with the process.</summary>
/// <param name="Slack">How much it may grow in the second half.</param>
/// <param name="Share">The same as a share of what it is there; the larger of the two counts.</param>
internal sealed record Measure(string Name, Func<Sample, double> Of, double Slack, double Share = 0)
{
    private const double MiB = 1 << 20;

    public static readonly IReadOnlyList<Measure> All =
    [
        new("resident MiB", sample => sample.ResidentBytes / MiB, Slack: 16, Share: 0.1),
        new("heap MiB", sample => sample.HeapBytes / MiB, Slack: 16, Share: 0.1),
        new("handles", sample => sample.Handles, Slack: 12),
        new("threads", sample => sample.Threads, Slack: 6),
        new("disk MiB", sample => sample.DiskBytes / MiB, Slack: 8, Share: 0.1),
    ];

    /// <summary>What a trend of the second half has to stay below.</summary>
    public double Allowed(IReadOnlyList<double> values) => Math.Max(Slack, Share * Trend.Median(values));
}
