using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Causality;

namespace ReplicatedDs.Dashboard.Tests.Causality;

public sealed class DiagramProjectorTests
{
    private readonly DiagramProjector _projector = new(writesMax: 100);
    private long _n;

    [Fact]
    public void Project_Writes_AndApplies_FollowsTheClocks()
    {
        Assert.Equal(VectorClock.Of((1, 1)), Project(1, "Write", "1#1").State);
        var applied = Project(2, "Apply", "1#1");
        Assert.Equal(VectorClock.Of((1, 1)), applied.State);
        Assert.False(applied.IsClockNews);
        var written = Project(2, "Write", "2#1", deps: VectorClock.Of((1, 1)));
        Assert.Equal(VectorClock.Of((1, 1), (2, 1)), written.State);
        Assert.False(written.IsClockNews);
        Assert.Equal(VectorClock.Of((1, 1), (2, 1)), Project(2, "Read", "2#1").State);
    }

    [Fact]
    public void Project_Buffer_DoesNotAddToTheClock()
    {
        Project(2, "Write", "2#1", deps: VectorClock.Of((1, 1)));
        Assert.Equal(VectorClock.Empty, Project(3, "Buffer", "2#1", missing: ["1#1"]).State);
    }

    [Fact]
    public void Project_WhatStandsForOthers_SaysForHowMany()
    {
        Assert.Equal(0, Project(3, "Apply", "1#1").Share);
        Assert.Equal(8, _projector.Project(Event(3, "Apply", "1#9") with { Share = 8 })!.Share);
        Assert.Equal(VectorClock.Of((1, 17)), Project(3, "Apply", "1#17").State);
        Project(3, "Buffer", "2#1", missing: ["1#18"]);
        Assert.Equal(0, Project(3, "Apply", "2#1").Share);
    }

    [Fact]
    public void Project_ApplyAfterWaiting_NamesTheMissingDotThatCameLast()
    {
        var arrived = Project(3, "Buffer", "2#1", missing: ["1#1", "1#2"]);
        Project(3, "Apply", "1#1");
        Assert.Null(Project(3, "Apply", "4#1").ArrivedAt);
        Project(3, "Apply", "1#2");
        var freed = Project(3, "Apply", "2#1");
        Assert.Equal(arrived.T, freed.ArrivedAt);
        Assert.Equal("1#2", freed.WaitedFor);
    }

    [Fact]
    public void Project_ApplyAfterWaitingForMoreThanIsNamed_DoesNotGuessWhatCameLast()
    {
        var arrived = _projector.Project(Event(3, "Buffer", "2#1") with { Missing = ["1#1", "1#2"], MissingCount = 7 })!;
        Assert.Equal(7, arrived.MissingCount);
        Project(3, "Apply", "1#1");
        var freed = Project(3, "Apply", "2#1");
        Assert.Equal((arrived.T, null), (freed.ArrivedAt, freed.WaitedFor));
    }

    [Fact]
    public void Project_SeveralThatWaitForOne_AreFreedEachByWhatItMissedLast()
    {
        Project(3, "Buffer", "2#1", missing: ["1#1", "1#2"]);
        Project(3, "Buffer", "4#1", missing: ["1#1"]);
        Project(3, "Buffer", "5#1", missing: ["1#2"]);
        _projector.Project(Event(3, "Drop", "5#1"));
        Project(3, "Apply", "1#1");
        Assert.Equal("1#1", Project(3, "Apply", "4#1").WaitedFor);
        Project(3, "Apply", "1#2");
        Assert.Equal("1#2", Project(3, "Apply", "2#1").WaitedFor);
        Assert.Null(Project(3, "Apply", "5#1").ArrivedAt);
    }

    [Fact]
    public void Project_Kill_ForgetsWhatWaited()
    {
        Project(3, "Buffer", "2#1", missing: ["1#1"]);
        Project(3, "Kill", null);
        Project(3, "Restart", null);
        Assert.Null(Project(3, "Apply", "2#1").ArrivedAt);
    }

    [Fact]
    public void Project_JoinerThatStartsFromASnapshot_TakesTheClockOfWhatItApplies()
    {
        Project(1, "Write", "1#9", deps: VectorClock.Of((1, 8), (2, 5)));
        var first = Project(4, "Apply", "1#9");
        Assert.Equal(VectorClock.Of((1, 9), (2, 5)), first.State);
        Assert.True(first.IsClockNews);
    }

    [Fact]
    public void Project_ApplyKnownBeforeItsWrite_ClaimsNoMoreThanTheDot() =>
        Assert.Equal(VectorClock.Of((1, 9)), Project(4, "Apply", "1#9").State);

    [Fact]
    public void Project_EventsOfOneInstant_AreStrictlyOrderedOnTheirLifeline()
    {
        var first = Project(1, "Write", "1#1", t: 500);
        var second = Project(1, "Write", "1#2", t: 500, deps: VectorClock.Of((1, 1)));
        var earlier = Project(1, "Write", "1#3", t: 100, deps: VectorClock.Of((1, 2)));
        Assert.Equal((500, 501, 502), (first.T, second.T, earlier.T));
        Assert.Equal((1, 2, 3), (first.N, second.N, earlier.N));
    }

    [Theory]
    [InlineData("Send")]
    [InlineData("Arrive")]
    [InlineData("Stable")]
    public void Project_WhatIsNotDrawn_TakesNoNumber(string kind)
    {
        Assert.Null(_projector.Project(Event(1, kind, "1#1")));
        Assert.Equal(1, Project(1, "Write", "1#1").N);
    }

    [Fact]
    public void Project_RandomHistories_EveryClockEqualsTheUnionOfWhatHappenedBefore()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var history = RandomHistory.Make(seed);
            var projector = new DiagramProjector();
            var before = new Dictionary<int, HashSet<Dot>>();
            var known = new Dictionary<Dot, HashSet<Dot>>();
            foreach (var item in history)
            {
                var row = projector.Project(item)!;
                var here = before.TryGetValue(item.Replica, out var set) ? set : before[item.Replica] = [];
                if (Dot.TryParse(item.Dot, out var dot) && item.Kind is "Write" or "Apply")
                {
                    here.UnionWith(item.Kind == "Apply" ? known[dot] : [dot]);
                    known.TryAdd(dot, [.. here]);
                }

                Assert.True(
                    here.Count == row.State.Sum(entry => entry.Counter) && here.All(row.State.Covers),
                    $"Seed {seed}, event {item.N}: the clock is {row.State}, what happened before is {string.Join(' ', here)}.");
            }
        }
    }

    private DiagramRow Project(int replica, string kind, string? dot, long? t = null, VectorClock? deps = null, string[]? missing = null) =>
        _projector.Project(Event(replica, kind, dot, t, deps, missing))!;

    private EventView Event(int replica, string kind, string? dot, long? t = null, VectorClock? deps = null, string[]? missing = null) => new(
        ++_n, t ?? _n * 1000, replica, null, kind, dot, ["x"], (deps ?? VectorClock.Empty).ToDictionary(entry => entry.Replica.Value.ToString(CultureInfo.InvariantCulture), entry => entry.Counter),
        missing ?? [], missing is not null, null, null, null);
}
