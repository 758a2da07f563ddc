using ReplicatedDs.Dashboard.Causality;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Configuration;

namespace ReplicatedDs.Dashboard.Tests.Causality;

public sealed class DiagramLogTests
{
    private readonly DiagramLog _log = new(capacity: 10);

    [Fact]
    public void ReadAfter_TheBeginning_GivesTheNewest()
    {
        Append(8);
        var part = _log.ReadAfter(0, most: 3, patience: 6);
        Assert.Equal([6L, 7, 8], part.Rows.Select(row => row.N));
        Assert.Equal((0, 1, 8), (part.Lost, part.Oldest, part.Last));
    }

    [Fact]
    public async Task Next_OfAViewerThatHasGone_IsNoFailure()
    {
        var store = new ClusterStore(new DashboardOptions(null, [], null, null, null), new EventLog(10, TimeProvider.System), TimeProvider.System);
        var frames = new DiagramFrames(_log, store, TimeProvider.System);
        Assert.Empty((await frames.NextAsync(0, 0, new CancellationToken(canceled: true))).Rows);
    }

    [Fact]
    public void ReadAfter_ALittleBehind_GivesEverythingInParts()
    {
        Append(8);
        Assert.Equal([3L, 4, 5], _log.ReadAfter(2, most: 3, patience: 6).Rows.Select(row => row.N));
        Assert.Empty(_log.ReadAfter(8, most: 3, patience: 6).Rows);
    }

    [Fact]
    public void ReadAfter_TooFarBehind_GivesTheNewestAndTheNumberLeftOut()
    {
        Append(9);
        var part = _log.ReadAfter(1, most: 3, patience: 6);
        Assert.Equal([7L, 8, 9], part.Rows.Select(row => row.N));
        Assert.Equal(5, part.Lost);
    }

    [Fact]
    public void ReadAfter_ANumberOfAnotherEpoch_StartsOver()
    {
        Append(4);
        Assert.Equal([3L, 4], _log.ReadAfter(900, most: 2, patience: 6).Rows.Select(row => row.N));
        Assert.Equal([3L, 4], _log.ReadAfter(-7, most: 2, patience: 6).Rows.Select(row => row.N));
    }

    [Fact]
    public void ReadBefore_ScrollsBackToTheOldestThatIsKept()
    {
        Append(25);
        Assert.Equal([20L, 21, 22], _log.ReadBefore(23, 3).Rows.Select(row => row.N));
        Assert.Equal([16L, 17], _log.ReadBefore(18, 30).Rows.Select(row => row.N));
        Assert.Empty(_log.ReadBefore(16, 3).Rows);
        Assert.Empty(_log.ReadBefore(long.MinValue + 1, 3).Rows);
    }

    private void Append(int count) => _log.Append([.. Enumerable.Range(1, count).Select(n => new DiagramRow(n, n, 1, "Write"))]);
}
