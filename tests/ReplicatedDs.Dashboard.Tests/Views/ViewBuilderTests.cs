using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Configuration;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Tests.Views;

public sealed class ViewBuilderTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);
    private static readonly ControlPicture Reachable = new(true, true, null, null);

    [Fact]
    public void Build_OneReplicaBehind_SaysByHowMuchAndOfWhom()
    {
        var view = Build(Slot(1, (1, 402), (2, 7)), Slot(2, (1, 402), (2, 7)), Slot(3, (2, 5)));
        Assert.Equal([1, 2, 3], view.Columns);
        Assert.Equal("has everything that any replica has", view.Replicas[0].Verdict);
        Assert.Equal("402 behind r1, 2 behind r2", view.Replicas[2].Verdict);
        Assert.Equal(404, view.Replicas[2].Behind);
    }

    [Fact]
    public void Build_UpdateWaitsBehindAHeldLink_NamesTheLink()
    {
        var one = Slot(1, (1, 1)) with { Links = [new LinkView(3, "hold", 0, 0, 0, Now.AddMinutes(2), 802)] };
        var view = Build(one, Slot(2, (1, 1), (2, 1)), Waiting(Slot(3), "2#1", "1#1"));
        var pending = Assert.Single(view.Replicas[2].Pending);
        Assert.Equal(["1#1"], pending.Missing);
        Assert.Equal("link r1→r3 is held, 802 queued", pending.Why);
        Assert.Equal(1, view.Pending);
        var fault = Assert.Single(view.Faults);
        Assert.Equal("link r1→r3 held", fault.Text);
        Assert.Equal(Now.AddMinutes(2), fault.ExpiresAt);
    }

    [Theory]
    [InlineData(1, "r1 is killed; r2 has r1#1 and passes it on")]
    [InlineData(0, "r1 is killed, and no replica that answers has r1#1")]
    public void Build_OriginOfTheMissingUpdateIsDead_SaysWhetherAnybodyHasIt(long atTwo, string why)
    {
        var dead = Slot(1, (1, 1)) with { Ended = ReplicaStates.Killed, Resource = Resource(1, "Finished") };
        var view = Build(dead, Slot(2, (1, atTwo)), Waiting(Slot(3), "2#1", "1#1"));
        Assert.Equal(why, view.Replicas[2].Pending[0].Why);
    }

    [Fact]
    public void Build_MissingUpdateWaitsItself_SaysSo()
    {
        var waiting = Slot(3) with
        {
            Pending = new PendingView(3, 2, [Update("2#1", "1#1"), Update("2#2", "2#1")]),
        };
        var view = Build(Slot(1, (1, 1)), Slot(2, (1, 1), (2, 2)), waiting);
        Assert.Equal("in flight", view.Replicas[2].Pending[0].Why);
        Assert.Equal("what it waits for is itself buffered here", view.Replicas[2].Pending[1].Why);
    }

    [Fact]
    public void Build_ControlStates_BecomeTheWordsOfThePage()
    {
        var view = Build(
            Slot(1, (1, 1)),
            Slot(2) with { Ended = ReplicaStates.Stopped, Resource = Resource(2, "Finished") },
            Slot(3) with { IsSilent = true, AnsweredAt = Now.AddSeconds(-30), Failure = "refused" },
            new SlotPicture(new ReplicaSlot("replica-4", new Uri("http://127.0.0.1:4")), new ResourceView("replica-4", null, null, "NotStarted", null, null, null, null)));
        Assert.Equal([ReplicaStates.Running, ReplicaStates.Stopped, ReplicaStates.Silent, ReplicaStates.Spare], view.Replicas.Select(replica => replica.State));
        Assert.Null(view.Replicas[0].StaleSince);
        Assert.Equal(Now.AddSeconds(-30), view.Replicas[2].StaleSince);
        Assert.Equal("replica-4", view.Replicas[3].Label);
        Assert.Equal(["r2 stopped", "r3 not answering"], view.Faults.Select(fault => fault.Text));
    }

    [Fact]
    public void Build_ControlLost_ShowsWhatTheReplicasSay()
    {
        var lost = new ControlPicture(true, false, Now, "refused");
        var view = ViewBuilder.Build(1, Now, [Slot(1, (1, 1)), Slot(2, (1, 1)) with { IsSilent = true }], lost, 0);
        Assert.Equal(ReplicaStates.Running, view.Replicas[0].State);
        Assert.Equal(ReplicaStates.Silent, view.Replicas[1].State);
    }

    [Fact]
    public void Build_ManyWaiting_ShowsTheOldestAndCountsAll()
    {
        var updates = Enumerable.Range(1, 500).Select(n => Update($"2#{n}", "1#1") with { ArrivedAt = Now.AddMilliseconds(-n) }).ToArray();
        var view = Build(Slot(1), Slot(2), Slot(3) with { Pending = new PendingView(3, 900, updates) });
        Assert.Equal(DashboardOptions.PendingShown, view.Replicas[2].Pending.Count);
        Assert.Equal("2#500", view.Replicas[2].Pending[0].Dot);
        Assert.Equal(900, view.Replicas[2].PendingCount);
    }

    [Fact]
    public void Build_ManyWaitingEverywhere_ShowsAFewOfEach_AndNamesTheFirstOfWhatTheyMiss()
    {
        string[] missing = [.. Enumerable.Range(1, 100).Select(n => $"9#{n}")];
        PendingView Waiting(int at) => new(at, 900, [.. Enumerable.Range(1, 200).Select(n => Update($"2#{n}", missing) with { MissingCount = 5_000 })]);
        var view = Build([.. Enumerable.Range(1, 8).Select(id => Slot(id) with { Pending = Waiting(id) })]);
        Assert.All(view.Replicas, replica => Assert.Equal((DashboardOptions.PendingShownOfAll / 8, 900), (replica.Pending.Count, replica.PendingCount)));
        Assert.All(view.Replicas.SelectMany(replica => replica.Pending), update =>
        {
            Assert.Equal(missing[..DashboardOptions.MissingShown], update.Missing);
            Assert.Equal((5_000, "in flight, or buffered here itself behind those that are listed"), (update.MissingCount, update.Why));
        });

        // Few are shown as they are.
        var calm = Build(Slot(1) with { Pending = new PendingView(1, 1, [Update("2#1", missing)]) });
        Assert.Equal(missing, calm.Replicas[0].Pending[0].Missing);
    }

    private static ClusterView Build(params SlotPicture[] slots) => ViewBuilder.Build(1, Now, slots, Reachable, 0);

    private static SlotPicture Slot(int id, params (int Replica, long Counter)[] clock) => new(
        new ReplicaSlot($"replica-{id}", new Uri($"http://127.0.0.1:{id}")),
        Resource(id, "Running"),
        Clock: new ClockView(id, clock.ToDictionary(entry => entry.Replica.ToString(System.Globalization.CultureInfo.InvariantCulture), entry => entry.Counter)),
        Pending: new PendingView(id, 0, []),
        Links: [],
        AnsweredAt: Now);

    private static SlotPicture Waiting(SlotPicture slot, string dot, string missing) => slot with { Pending = new PendingView(slot.Id!.Value, 1, [Update(dot, missing)]) };

    private static PendingUpdateView Update(string dot, params string[] missing) => new(dot, 2, ["y"], missing, missing.Length, Now.AddSeconds(-1), 1000, "missing-dependency");

    private static ResourceView Resource(int id, string state) => new($"replica-{id}", id, 4242, state, null, null, null, null);
}
