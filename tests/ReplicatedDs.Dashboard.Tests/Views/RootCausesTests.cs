using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Configuration;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Tests.Views;

public sealed class RootCausesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Of_ChainBehindAHeldLink_IsOneCauseWithWhatWaitsDirectlyAndBehind()
    {
        var one = Slot(1, "Running", 2) with { Links = [new LinkView(3, "hold", 0, 0, 0, Now, 2)] };
        var cause = Assert.Single(RootCauses.Of(Build(one, Slot(2, "Running", 2), Waiting(("2#1", ["1#1", "1#2"]), ("2#2", ["2#1"]), ("4#1", ["2#2"])))));
        Assert.Equal("r3", cause.At.Label);
        Assert.Equal(["1#1", "1#2"], cause.Dots);
        Assert.Equal(WaitKind.Held, cause.Kind);
        Assert.Equal("link r1→r3 is held, 2 queued on it", cause.Why);
        Assert.Equal(["2#1"], cause.Direct.Select(update => update.Dot));
        Assert.Equal(["2#2", "4#1"], cause.Behind.Select(update => update.Dot));
    }

    [Theory]
    [InlineData("drop", 100, 0, WaitKind.Dropped, "link r1→r3 is dropping: it is sent again when the link is healed")]
    [InlineData("delay", 0, 800, WaitKind.Delayed, "link r1→r3 is delayed by 800 ms: it comes by itself")]
    public void Of_FaultyLink_IsNamed(string mode, int drop, int delay, WaitKind kind, string why)
    {
        var one = Slot(1, "Running", 1) with { Links = [new LinkView(3, mode, delay, 0, drop, Now, 0)] };
        var cause = Assert.Single(RootCauses.Of(Build(one, Slot(2, "Running", 1), Waiting(("2#1", ["1#1"])))));
        Assert.Equal((kind, why), (cause.Kind, cause.Why));
    }

    [Theory]
    [InlineData(1, "r1 is killed; r2 has it and passes it on")]
    [InlineData(0, "r1 is killed, and no replica that answers has it: only r1 had it")]
    public void Of_DeadOrigin_SaysWhetherAnybodyHasIt(long atTwo, string why)
    {
        var dead = Slot(1, "Finished", 1) with { Ended = ReplicaStates.Killed };
        var cause = Assert.Single(RootCauses.Of(Build(dead, Slot(2, "Running", atTwo), Waiting(("2#1", ["1#1"])))));
        Assert.Equal((WaitKind.Dead, why), (cause.Kind, cause.Why));
    }

    [Fact]
    public void Of_NothingInTheWay_IsInFlight()
    {
        var cause = Assert.Single(RootCauses.Of(Build(Slot(1, "Running", 1), Slot(2, "Running", 1), Waiting(("2#1", ["1#1"])))));
        Assert.Equal(WaitKind.InFlight, cause.Kind);
    }

    [Theory]
    [InlineData(1, 1, 1, 1, "equal")]
    [InlineData(1, 1, 1, 2, "before")]
    [InlineData(2, 1, 1, 1, "after")]
    [InlineData(2, 1, 1, 3, "concurrent")]
    public void Compare_TwoClocks_SaysHowTheyStandAndBringsTheWitnesses(long a1, long a2, long b1, long b2, string word)
    {
        var verdict = ClockVerdict.Compare("r1", new Dictionary<int, long> { [1] = a1, [2] = a2 }, "r2", new Dictionary<int, long> { [1] = b1, [2] = b2 });
        Assert.Equal(word, verdict.Word);
        if (word == "concurrent")
        {
            Assert.Equal("r1 has more (1 of r1), and so has r2 (2 of r2): neither knows all of the other.", verdict.Sentence);
        }
    }

    [Fact]
    public void Place_Slots_StandApartAndInsideThePicture()
    {
        for (var slots = 2; slots <= 8; slots++)
        {
            var places = Enumerable.Range(0, slots).Select(slot => TopologyLayout.Place(slot, slots)).ToList();
            Assert.All(places, place => Assert.InRange(place.Y, TopologyLayout.Radius(slots), TopologyLayout.Height - TopologyLayout.Radius(slots) - 18));
            Assert.All(places.SelectMany((a, i) => places.Skip(i + 1).Select(b => Math.Sqrt(Math.Pow(a.X - b.X, 2) + Math.Pow(a.Y - b.Y, 2)))), distance => Assert.True(distance > 2.5 * TopologyLayout.Radius(slots)));
        }
    }

    private static ClusterView Build(params SlotPicture[] slots) => ViewBuilder.Build(1, Now, slots, new ControlPicture(true, true, null, null), 0);

    private static SlotPicture Waiting(params (string Dot, string[] Missing)[] updates) => Slot(3, "Running", 0) with
    {
        Pending = new PendingView(3, updates.Length, [.. updates.Select((update, i) => new PendingUpdateView(
            update.Dot, update.Dot[0] - '0', ["y"], update.Missing, update.Missing.Length, Now.AddMilliseconds(i - 100), 100, "missing-dependency"))]),
    };

    private static SlotPicture Slot(int id, string state, long ofOne) => new(
        new ReplicaSlot($"replica-{id}", new Uri($"http://127.0.0.1:{7000 + id}")),
        new ResourceView($"replica-{id}", id, 100 + id, state, null, null, null, null),
        Clock: new ClockView(id, new Dictionary<string, long> { ["1"] = ofOne }),
        AnsweredAt: Now);
}
