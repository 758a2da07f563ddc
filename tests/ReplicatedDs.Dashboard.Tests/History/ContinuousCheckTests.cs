using ReplicatedDs.Checker.Checks;
using ReplicatedDs.Dashboard.History;

namespace ReplicatedDs.Dashboard.Tests.History;

public sealed class ContinuousCheckTests
{
    private readonly ContinuousCheck _check = new();

    [Fact]
    public void Add_CausalDelivery_IsCheckedWithoutAFinding()
    {
        Tell(("Write", 1, "1#1"), ("Apply", 2, "1#1"), ("Write", 2, "2#1"), ("Buffer", 3, "2#1"), ("Apply", 3, "1#1"), ("Apply", 3, "2#1"));
        Tell(("Write", 1, "1#2"), ("Apply", 2, "1#2"), ("Apply", 3, "1#2"), ("Write", 2, "2#2"), ("Apply", 3, "2#2"));
        var (status, findings) = _check.Picture;
        Assert.Empty(findings);
        Assert.True(status.Checked > 0, status.ToString());
    }

    [Fact]
    public void Add_EffectBeforeItsCause_IsAFindingWithBothUpdates()
    {
        // Each replica has delivered something of each origin: from then on nothing is unknown.
        Tell(("Write", 1, "1#1"), ("Write", 2, "2#1"), ("Apply", 2, "1#1"), ("Apply", 3, "1#1"), ("Apply", 3, "2#1"), ("Apply", 1, "2#1"));
        Tell(("Write", 1, "1#2"), ("Apply", 2, "1#2"), ("Write", 2, "2#2"), ("Apply", 3, "2#2"), ("Apply", 3, "1#2"));
        var finding = Assert.Single(_check.Picture.Findings);
        Assert.Equal(Pattern.OutOfOrderDelivery, finding.Pattern);
        Assert.Equal("r3", finding.Site);
        Assert.Equal(["r1#2", "r2#2"], finding.Updates.Select(update => update.ToString()));
    }

    [Fact]
    public void Add_AfterAGapOrARestart_NothingIsReportedOnIncompleteKnowledge()
    {
        Tell(("Write", 1, "1#1"), ("Apply", 3, "1#1"), ("Write", 1, "1#2"), ("Write", 1, "1#3"), ("Gap", 3, null), ("Apply", 3, "1#3"));
        Tell(("Restart", 3, null), ("Apply", 3, "1#3"));
        _check.Lost([]);
        Tell(("Write", 1, "1#7"), ("Apply", 3, "1#7"));
        var (status, findings) = _check.Picture;
        Assert.Empty(findings);
        Assert.True(status.NotChecked >= 3, status.ToString());
    }

    [Fact]
    public void Add_WhileAReplicaTellsOnlyAShare_NothingIsConcluded_AndAfterwardsItGoesOn()
    {
        Tell(("Write", 1, "1#1"), ("Apply", 3, "1#1"), ("Thinned", 3, null));
        Assert.True(_check.IsPaused);
        var checkedBefore = _check.Picture.Status.Checked;

        // 1#2 is not told at r3; told of its effect alone, r3 would seem to have broken the order.
        Tell(("Write", 1, "1#2"), ("Apply", 2, "1#2"), ("Write", 2, "2#1"), ("Apply", 3, "2#1"), ("Whole", 3, null));
        Assert.False(_check.IsPaused);
        Tell(("Apply", 3, "1#2"), ("Write", 1, "1#3"), ("Apply", 3, "1#3"), ("Write", 1, "1#4"), ("Apply", 3, "1#4"));
        var (status, findings) = _check.Picture;
        Assert.Empty(findings);
        Assert.True(status.Checked > checkedBefore, status.ToString());
    }

    private void Tell(params (string Kind, int Replica, string? Dot)[] events)
    {
        foreach (var (kind, replica, dot) in events)
        {
            _check.Add(Happened.Event(kind, replica, dot, key: "x"));
        }
    }
}
