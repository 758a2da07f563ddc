using ReplicatedDs.Cluster.Tests.Traffic;

namespace ReplicatedDs.Cluster.Tests.Chaos;

/// <summary>What came of a run with random faults.</summary>
internal sealed record ChaosResult(AtRest AtRest, Tally Tally, TimeSpan Elapsed, IReadOnlyList<Place> Places, IReadOnlyList<Fault> Faults)
{
    /// <summary>Throws unless everything that is promised was kept.</summary>
    public void MustBeSound()
    {
        Assert.True(Tally.Surprises.Count == 0, $"{Tally[Ending.Surprise]} answers that no fault explains, such as {string.Join("; ", Tally.Surprises)}");
        Assert.True(Tally[Ending.HistoryLost] == 0, $"{Tally[Ending.HistoryLost]} sessions were told that what they had seen is given up, though nobody was evicted who had more than the others.");
        AtRest.MustBeSound();
    }
}
