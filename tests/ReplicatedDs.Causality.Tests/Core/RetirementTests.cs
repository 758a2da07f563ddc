using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Tests.Core;

/// <summary>How the id of a departed member leaves the clocks (R8), and what the clocks without it mean.</summary>
public class RetirementTests
{
    private static readonly ReplicaId Three = new(3);

    private readonly TestReplica _one = new(1, TestReplica.ClusterOf(3));
    private readonly TestReplica _two = new(2, TestReplica.ClusterOf(3));
    private readonly TestReplica _three = new(3, TestReplica.ClusterOf(3));

    [Fact]
    public void Id_OfOneThatLeft_LeavesTheClocksOnceEverybodyHasItsLastUpdate()
    {
        var leave = Leave();
        _one.Receive(leave);
        _one.Pass(300);
        Assert.False(IsRetired(_one));

        _one.Hear(2, leave.Clock);
        _one.Pass(500);

        Assert.True(IsRetired(_one));
        Assert.DoesNotContain(_one.State.Delivered, entry => entry.Replica == Three);
        Assert.DoesNotContain(_one.Core.Stable, entry => entry.Replica == Three);
        Assert.DoesNotContain(_one.Write("x", "1").Dependencies, entry => entry.Replica == Three);
        Assert.True(_one.State.Delivered.Covers(leave.Dot));
        Assert.False(_one.State.Delivered.Covers(leave.Dot with { Counter = leave.Dot.Counter + 1 }));
    }

    [Fact]
    public void Id_WhileSomebodyMayLackItsLastUpdate_StaysInTheClocks()
    {
        _one.Receive(Leave());
        _one.Hear(2, TestReplica.ClusterOf(3).Delivered);
        _one.Pass(3000);
        Assert.False(IsRetired(_one));
        Assert.Contains(_one.State.Delivered, entry => entry.Replica == Three);
    }

    [Fact]
    public void Retirement_IsLeftToTheReachableReplicaWithTheSmallestId()
    {
        var leave = Leave();
        _two.Receive(leave);
        _two.Hear(1, leave.Clock);
        _two.Pass(1000, () => _two.Hear(1, leave.Clock));
        Assert.False(IsRetired(_two));
        _two.Pass(4000); // 1 is silent now
        Assert.True(IsRetired(_two));
    }

    [Fact]
    public void Write_ThatLeavesOutARetiredId_SupersedesWhatThatOneWrote()
    {
        // 2 learns of the retirement only from the write that depends on it: both are delivered in order, and mean the same there.
        var old = _three.Write("x", "3");
        var retire = RetiredByOne(old);
        var write = _one.Write("x", "1");
        Assert.Equal(0, write.Dependencies.SingleOrDefault(entry => entry.Replica == Three).Counter);
        Assert.Equal("1", _one.Read("x"));

        _two.Receive([.. _three.Log]);
        _two.Receive(retire, Remote(write));
        Assert.Equal(write.Dot, Assert.Single(_two.Versions("x")).Dot);
        Assert.True(IsRetired(_two));
    }

    [Fact]
    public void Write_ThatHadNotSeenTheDepartedOne_StaysConcurrentToWhatThatOneWrote()
    {
        // The entry of 3 is absent in the write of 2 because 2 had seen nothing of it, not because it was retired.
        var concurrent = _two.Write("x", "2");
        var old = _three.Write("x", "3");
        var leave = Leave();
        _one.Receive(old, leave);
        _one.Receive(concurrent);
        Assert.Equal([concurrent.Dot, old.Dot], _one.Versions("x").Select(version => version.Dot).Order());
    }

    [Fact]
    public void Update_ThatNamesARetiredId_IsDeliveredAsBefore()
    {
        // 2 wrote with an entry for 3 before it heard of the retirement.
        var retire = RetiredByOne(_three.Write("x", "3"));
        _two.Receive([.. _three.Log]);
        var explicitly = _two.Write("x", "2");
        Assert.Contains(explicitly.Dependencies, entry => entry.Replica == Three);

        _one.Receive(explicitly);

        Assert.Equal("2", _one.Read("x"));
        _two.Receive(retire);
        Assert.Equal(_one.State.Delivered, _two.State.Delivered);
    }

    [Fact]
    public void Updates_OfARetiredId_AreDuplicates()
    {
        RetiredByOne(_three.Write("x", "3"));
        _one.Repair(2, [.. _three.Log]);
        Assert.Equal(_three.Log.Count, _one.Events(ReplicaEventKind.Duplicate).Count());
        Assert.Equal(0, _one.Core.PendingCount);
    }

    [Fact]
    public void Retirement_AfterAReplayOfTheLog_IsTheSame()
    {
        RetiredByOne(_three.Write("x", "3"));
        var before = _one.State.Delivered;
        _one.Restart();
        Assert.Equal(before, _one.State.Delivered);
        Assert.True(_one.State.Delivered.Covers(_three.Log[^1].Dot));
    }

    [Fact]
    public void Leaver_WhoseIdIsRetired_IsToldThatEverybodyHasItsLastUpdate()
    {
        var retire = RetiredByOne(_three.Write("x", "3"));
        var messages = _one.Receive(3, new Heartbeat(_three.State.Delivered, false)).Messages;
        var heartbeat = Assert.Single(messages.Where(message => message.To == Three).Select(message => message.Message).OfType<Heartbeat>());
        Assert.Contains(_three.Log[^1].Dot, heartbeat.Delivered);

        _three.Receive(1, heartbeat);
        _three.Receive(2, heartbeat with { Delivered = heartbeat.Delivered.Without(retire.Origin) });
        Assert.True(_three.Step().MayExit);
    }

    [Fact]
    public void Snapshot_ForOneThatHasLeft_TakesThePlaceOfItsState()
    {
        // A delete that every member had is forgotten at 1; 3 was no member any more, so nobody waited for it.
        var left = CounterThatWasDeletedSince(out var counted);
        Assert.Equal(counted, _three.State.Keys.Find("c")!.Count);

        _three.Step(new SnapshotArrived(_one.Id, left));

        Assert.True(_three.Output.IsInstall);
        Assert.Equal(1, _three.State.Keys.Find("c")!.Count);
        Assert.Equal(left.Delivered, _three.State.Delivered);
    }

    [Fact]
    public void Snapshot_ForOneThatHasLeft_IsNotTakenIfItLacksWhatThatOneHas()
    {
        var left = CounterThatWasDeletedSince(out var counted);
        _three.Receive(_two.Write("x", "2"));

        _three.Step(new SnapshotArrived(_one.Id, left));

        Assert.False(_three.Output.IsInstall);
        Assert.Equal("2", _three.Read("x"));
        Assert.Equal(counted, _three.State.Keys.Find("c")!.Count);
    }

    private static bool IsRetired(TestReplica at) => at.State.Members.Find(Three)!.IsRetired;

    /// <summary>As it arrives elsewhere: nothing but what travels.</summary>
    private static Update Remote(Update update) => update with { Dependencies = VectorClock.From(update.Dependencies) };

    private Update Leave()
    {
        _three.Ask<Leaving>(tag => new LeaveRequest(tag));
        return _three.Log[^1];
    }

    /// <summary>3 writes and leaves, everybody has it, and 1 retires its id.</summary>
    private Update RetiredByOne(Update old)
    {
        var leave = Leave();
        _one.Receive(old, leave);
        _one.Hear(2, leave.Clock);
        _one.Pass(500);
        Assert.True(IsRetired(_one));
        return Remote(Assert.Single(_one.Log, update => update.Operations.Any(operation => operation is RetireOperation)));
    }

    /// <summary>3 counts, has it stable, and leaves; then 1 deletes, counts 1, and forgets the delete.</summary>
    private ReplicaState CounterThatWasDeletedSince(out long counted)
    {
        counted = 5;
        _three.Ask<Written>(tag => new WriteRequest(tag, [new IncrementOperation("c", 5)], []));
        var counting = Remote(_three.Log[^1]);
        _three.Hear(1, counting.Clock);
        _three.Hear(2, counting.Clock);
        _three.Pass(300);
        Assert.False(_three.State.Keys.Find("c")!.Counter!.HasOpen);

        RetiredByOne(counting);
        _one.Ask<Written>(tag => new WriteRequest(tag, [new DeleteOperation("c")], []));
        var delete = _one.Log[^1];
        _one.Hear(2, delete.Clock);
        _one.Pass(300);
        Assert.Null(_one.State.Keys.Find("c"));
        _one.Ask<Written>(tag => new WriteRequest(tag, [new IncrementOperation("c", 1)], []));
        return _one.State;
    }
}
