using ReplicatedDs.Cli.Feeds;
using ReplicatedDs.Client.Api;
using static ReplicatedDs.Cli.Tests.ShiViz.ShiVizLogTests;

namespace ReplicatedDs.Cli.Tests.Feeds;

public class EventOrderTests
{
    [Fact]
    public void Merge_ByTime()
    {
        var merged = EventOrder.Merge([[Event(1, 0, "Write", "1#1"), Event(1, 20, "Write", "1#2")], [Event(2, 10, "Apply", "1#1"), Event(2, 30, "Apply", "1#2")]]);

        Assert.Equal(["1#1 Write", "1#1 Apply", "1#2 Write", "1#2 Apply"], merged.Select(Name));
    }

    [Fact]
    public void Merge_WhenAReplicasClockIsBehind_KeepsTheWriteFirst()
    {
        // The second replica's clock is 100 µs behind the first's.
        var merged = EventOrder.Merge([[Event(1, 100, "Write", "1#1"), Event(1, 120, "Write", "1#2")], [Event(2, 10, "Apply", "1#1"), Event(2, 25, "Write", "2#1")]]);

        Assert.Equal(["1#1 Write", "1#1 Apply", "2#1 Write", "1#2 Write"], merged.Select(Name));
    }

    [Fact]
    public void Merge_KeepsTheOrderOfEachFeed()
    {
        var merged = EventOrder.Merge([[Event(1, 50, "Write", "1#1"), Event(1, 10, "Write", "1#2")]]);

        Assert.Equal(["1#1 Write", "1#2 Write"], merged.Select(Name));
    }

    [Fact]
    public void Merge_FeedsThatContradictEachOther_LosesNothing()
    {
        var merged = EventOrder.Merge([[Event(1, 1, "Apply", "2#1"), Event(1, 2, "Write", "1#1")], [Event(2, 1, "Apply", "1#1"), Event(2, 2, "Write", "2#1")]]);

        Assert.Equal(4, merged.Count);
    }

    private static string Name(EventView one) => $"{one.Dot} {one.Kind}";
}
