using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Scenario;

namespace ReplicatedDs.Dashboard.Tests.Scenario;

public sealed class SplitScreenTests
{
    private static readonly EventView[] Log =
    [
        Event(10, 1_000_000, "Arrive", "2#3", "demo:y", []),
        Event(11, 1_000_100, "Buffer", "2#3", "demo:y", ["1#6"]),
        Event(14, 3_000_000, "Arrive", "1#6", "demo:x", []),
        Event(15, 3_000_050, "Apply", "1#6", "demo:x", []),
        Event(16, 3_000_100, "Apply", "2#3", "demo:y", []),
    ];

    [Fact]
    public void From_AnswerHasArrivedAlone_IsVisibleOnTheLeftAndWaitsOnTheRight()
    {
        var screen = SplitScreen.From(Log[..2]);
        var left = Assert.Single(screen.OnArrival);
        Assert.True(left.IsVisible);
        Assert.Equal(["1#6"], left.Missing);
        var right = Assert.Single(screen.AsItRan);
        Assert.False(right.IsVisible);
        Assert.Equal(["1#6"], right.Missing);
    }

    [Fact]
    public void From_BothHaveArrived_LeftKeepsTheOrderOfArrivalAndRightThatOfCauses()
    {
        var screen = SplitScreen.From(Log);
        Assert.Equal(["2#3", "1#6"], screen.OnArrival.Select(shown => shown.Dot));
        Assert.Equal(["1#6", "2#3"], screen.AsItRan.Select(shown => shown.Dot));
        Assert.All(screen.AsItRan, shown => Assert.True(shown.IsVisible));
        Assert.Equal(TimeSpan.FromSeconds(2), screen.AsItRan[1].Waited);
        Assert.Equal(TimeSpan.Zero, screen.AsItRan[0].Waited);
    }

    [Fact]
    public void From_CauseArrivedFirst_NothingIsMissingOnEitherSide()
    {
        var screen = SplitScreen.From([Log[2], Log[3], Log[0], Log[4]]);
        Assert.Equal(screen.OnArrival.Select(shown => shown.Dot), screen.AsItRan.Select(shown => shown.Dot));
        Assert.All(screen.OnArrival, shown => Assert.Empty(shown.Missing));
    }

    [Fact]
    public void From_RepeatedArrival_ShowsItOnce() => Assert.Equal(2, SplitScreen.From([.. Log, Log[0]]).OnArrival.Count);

    private static EventView Event(long n, long t, string kind, string dot, string key, string[] missing) => new(n, t, 3, null, kind, dot, [key], new Dictionary<string, long>(), missing, missing.Length > 0, null);
}
