using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Configuration;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Tests.Views;

public sealed class StabilityTests
{
    [Fact]
    public void Of_OneThatLags_IsNamedWithWhatItHoldsBack()
    {
        var stability = Stability.Of(View((4, 2, 1), (4, 2, 1), (1, 2, 1)));
        Assert.Equal([(1, 1L), (2, 2L), (3, 1L)], stability.Stable.OrderBy(entry => entry.Key).Select(entry => (entry.Key, entry.Value)));
        var (replica, count) = Assert.Single(stability.HeldBackBy);
        Assert.Equal(("r3", 3L), (replica.Label, count));
    }

    [Fact]
    public void Of_TwoThatLagTheSame_NamesNeither() => Assert.Empty(Stability.Of(View((4, 0, 0), (1, 0, 0), (1, 0, 0))).HeldBackBy);

    [Fact]
    public void Of_OneThatWasNotHeard_CallsNothingStable()
    {
        var stability = Stability.Of(View((4, 2, 1), (4, 2, 1), null));
        Assert.All(stability.Stable.Values, count => Assert.Equal(0, count));
        Assert.Equal("r3", Assert.Single(stability.Unheard).Label);
    }

    private static ClusterView View(params (long, long, long)?[] clocks) => ViewBuilder.Build(
        1,
        DateTimeOffset.UnixEpoch,
        [.. clocks.Select((clock, i) => new SlotPicture(
            new ReplicaSlot($"replica-{i + 1}", new Uri($"http://127.0.0.1:{i + 1}")),
            new ResourceView($"replica-{i + 1}", i + 1, 1, "Running", null, null, null, null),
            Clock: clock is { } known ? new ClockView(i + 1, new Dictionary<string, long> { ["1"] = known.Item1, ["2"] = known.Item2, ["3"] = known.Item3 }) : null))],
        new ControlPicture(false, false, null, null),
        0);
}
