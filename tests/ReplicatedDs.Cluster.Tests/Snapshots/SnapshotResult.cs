namespace ReplicatedDs.Cluster.Tests.Snapshots;

/// <summary>What readers saw of transactions of three keys.</summary>
/// <param name="Remote">Reads of a transaction that another replica had taken.</param>
/// <param name="Changes">How often a reader saw another transaction than just before on the same keys: what it read was alive.</param>
/// <param name="Written">Transactions that were acknowledged.</param>
/// <param name="Torn">Reads that showed parts of different transactions.</param>
internal sealed record SnapshotResult(TimeSpan Elapsed, long Reads, long Remote, long Changes, long Written, IReadOnlyList<string> Torn)
{
    public void MustBeSound() =>
        Assert.True(Torn.Count == 0, $"{Torn.Count} reads saw a transaction in part, such as {string.Join("; ", Torn.Take(5))}");
}
