using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Tests.Clocks;

public class VectorClockTests
{
    [Fact]
    public void From_WithSeveralEntriesForOneReplica_KeepsTheGreatest() =>
        Assert.Equal(VectorClock.Of((2, 5)), VectorClock.From([new Dot(2, 3), new Dot(2, 5), new Dot(2, 4)]));

    [Fact]
    public void From_WithZeroCounters_KeepsNoEntry() => Assert.Empty(VectorClock.Of((2, 0)));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(1, -1)]
    public void From_WithAnImpossibleEntry_Throws(int replica, long counter) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => VectorClock.Of((replica, counter)));

    [Fact]
    public void Indexer_OfAnAbsentReplica_IsZero() => Assert.Equal(0, VectorClock.Of((1, 4))[new ReplicaId(2)]);

    [Theory]
    [InlineData(ClockOrdering.Equal, 1, 2, 1, 2)]
    [InlineData(ClockOrdering.Before, 1, 1, 1, 2)]
    [InlineData(ClockOrdering.After, 1, 2, 1, 1)]
    [InlineData(ClockOrdering.Concurrent, 1, 2, 2, 1)]
    public void CompareTo_OfSmallClocks_SaysHowTheyRelate(ClockOrdering expected, int leftId, long left, int rightId, long right) =>
        Assert.Equal(expected, VectorClock.Of((leftId, left)).CompareTo(VectorClock.Of((rightId, right))));

    [Fact]
    public void With_OfWhatIsThere_ReturnsTheSameClock()
    {
        var clock = VectorClock.Of((1, 4), (2, 17));
        Assert.Same(clock, clock.With(new Dot(2, 17)));
        Assert.Same(clock, clock.With(new Dot(2, 3)));
        Assert.Same(clock, clock.Without(new ReplicaId(9)));
        Assert.Same(clock, clock.Merge(VectorClock.Of((1, 1))));
        Assert.Same(clock, VectorClock.Of((1, 1)).Merge(clock));
    }

    [Fact]
    public void ToString_OfAClock_ListsEntriesByReplica() => Assert.Equal("{1:4, 2:17}", VectorClock.Of((2, 17), (1, 4)).ToString());
}
