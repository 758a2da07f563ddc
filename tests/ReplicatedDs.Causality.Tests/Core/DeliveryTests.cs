using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Delivery;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Tests.Core;

/// <summary>Updates of others: they arrive in any order and become visible in causal order.</summary>
public class DeliveryTests
{
    private readonly TestReplica _one = new(1, TestReplica.ClusterOf(3));
    private readonly TestReplica _two = new(2, TestReplica.ClusterOf(3));
    private readonly TestReplica _three = new(3, TestReplica.ClusterOf(3));

    [Fact]
    public void Deliver_WhenTheCauseIsMissing_WaitsForExactlyItAndShowsBothInOrder()
    {
        var x = _one.Write("x", "1");
        _two.Receive(x);
        var y = _two.Write("y", "2");

        _three.Receive(y);
        var pending = Assert.Single(_three.Core.Pending());
        Assert.Equal(y.Dot, pending.Update.Dot);
        Assert.Equal([x.Dot], pending.Missing.AsEnumerable());
        Assert.Equal((1L, PendingReason.MissingDependency), (pending.MissingCount, pending.Reason));
        Assert.Null(_three.Read("y"));
        var buffered = Assert.Single(_three.Events(ReplicaEventKind.Buffer));
        Assert.Equal([x.Dot], buffered.Missing.AsEnumerable());
        Assert.True(buffered.WouldBeVisible);
        Assert.Empty(_three.Output.Append);

        _three.Receive(x);
        Assert.Equal([x.Dot, y.Dot], _three.Output.Append.Select(update => update.Dot));
        Assert.Equal([x.Dot, y.Dot], _three.Events(ReplicaEventKind.Apply).Select(one => one.Dot!.Value));
        Assert.Equal([x.Dot], _three.Events(ReplicaEventKind.Apply).Last().Missing.AsEnumerable());
        Assert.Equal(("1", "2"), (_three.Read("x"), _three.Read("y")));
        Assert.Empty(_three.Core.Pending());
    }

    [Fact]
    public void Deliver_WithAGapInTheOriginsCounters_WaitsForTheGap()
    {
        var (a, b, c) = (_one.Write("x", "1"), _one.Write("x", "2"), _one.Write("x", "3"));
        _two.Receive(c);
        var pending = Assert.Single(_two.Core.Pending());
        Assert.Equal((PendingReason.Gap, 2L), (pending.Reason, pending.MissingCount));
        Assert.Equal([a.Dot, b.Dot], pending.Missing.AsEnumerable());
        _two.Receive(b);
        Assert.Empty(_two.Output.Append);
        _two.Receive(a);
        Assert.Equal([a.Dot, b.Dot, c.Dot], _two.Output.Append.Select(update => update.Dot));
        Assert.Equal("3", _two.Read("x"));
    }

    [Fact]
    public void Deliver_OfADuplicate_ChangesNothing()
    {
        var x = _one.Write("x", "1");
        _two.Receive(x);
        var state = _two.State;
        _two.Receive(x);
        Assert.Empty(_two.Output.Append);
        Assert.Single(_two.Events(ReplicaEventKind.Duplicate));
        Assert.Equal(state.Delivered, _two.State.Delivered);
        Assert.Single(_two.Versions("x"));
    }

    [Fact]
    public void Deliver_OfADuplicateThatWaits_KeepsOne()
    {
        _one.Write("x", "1");
        var b = _one.Write("x", "2");
        _two.Receive(b);
        _two.Receive(b);
        Assert.Single(_two.Core.Pending());
        Assert.Single(_two.Events(ReplicaEventKind.Duplicate));
    }

    [Fact]
    public void Deliver_OfAnUpdateWithSeveralKeys_ShowsAllAtOnce()
    {
        _one.Ask<Written>(tag => new WriteRequest(tag, [TestReplica.Set("a", "1"), TestReplica.Set("b", "1"), new DeleteOperation("c")], []));
        var update = _one.Output.Append[0];
        Assert.Null(_two.Read("a"));
        _two.Receive(update);
        Assert.Equal(("1", "1"), (_two.Read("a"), _two.Read("b")));
        Assert.True(_two.Versions("c")[0].IsTombstone);
        Assert.Equal(1 + TestReplica.ClusterOf(3).Delivered[new ReplicaId(1)], _two.State.Delivered[new ReplicaId(1)]);
    }

    [Fact]
    public void Deliver_OfConcurrentWritesInEitherOrder_GivesTheSameWinnerAndSiblings()
    {
        var (x, y) = (_one.Write("k", "of 1"), _two.Write("k", "of 2"));
        _three.Receive(x);
        _three.Receive(y);
        _one.Receive(y);
        _two.Receive(x);
        foreach (var replica in (TestReplica[])[_one, _two, _three])
        {
            Assert.Equal([y.Dot, x.Dot], replica.Versions("k").Select(version => version.Dot));
        }

        var merged = _three.Write("k", "both");
        _one.Receive(merged);
        Assert.Equal([merged.Dot], _one.Versions("k").Select(version => version.Dot));
        Assert.Single(_one.Events(ReplicaEventKind.SiblingResolved));
    }

    [Fact]
    public void Pending_WithMoreThanAHundredMissing_CountsAllAndNamesTheReasonOfAll()
    {
        var first = _two.Write("y", "0");
        _one.Receive(first);
        var updates = Enumerable.Range(0, 150).Select(i => _one.Write("x", $"{i}")).ToList();
        _three.Receive(updates[^1]);
        var pending = Assert.Single(_three.Core.Pending());
        Assert.Equal(PendingUpdate.MissingMax, pending.Missing.Length);
        Assert.Equal(150, pending.MissingCount);
        Assert.All(pending.Missing, dot => Assert.Equal(new ReplicaId(1), dot.Replica));
        Assert.Equal(PendingReason.MissingDependency, pending.Reason); // 2#1, beyond the first hundred
    }

    [Fact]
    public void Buffer_WhenFull_DropsTheFurthestAndItIsFetchedAgain()
    {
        var three = new TestReplica(3, TestReplica.ClusterOf(3), settings => settings with { BufferMax = 2 });
        var updates = Enumerable.Range(0, 5).Select(i => _one.Write("x", $"{i}")).ToList();
        three.Receive([.. updates.Skip(1)]);
        Assert.Equal([updates[1].Dot, updates[2].Dot], three.Core.Pending().Select(one => one.Update.Dot));
        Assert.Equal([updates[3].Dot, updates[4].Dot], three.Events(ReplicaEventKind.Drop).Select(one => one.Dot!.Value));

        three.Receive(updates[0]);
        Assert.Equal(updates.Take(3).Select(update => update.Dot), three.Output.Append.Select(update => update.Dot));
        var asked = three.Pass(1500, () => three.Hear(2, _one.State.Delivered));
        Assert.Contains(asked, message => message.To.Value == 2 && message.Message is PullRequest pull && pull.Origin.Value == 1 && pull.First == updates[3].Dot.Counter);
        three.Repair(2, updates[3], updates[4]);
        Assert.Equal("4", three.Read("x"));
    }

    [Fact]
    public void Buffer_WhenFull_KeepsAPlaceForTheNextUpdateOfEachOrigin()
    {
        var three = new TestReplica(3, TestReplica.ClusterOf(3), settings => settings with { BufferMax = 1 });
        var x = _one.Write("x", "1");
        _two.Receive(x);
        var y = _two.Write("y", "1");
        var later = Enumerable.Range(0, 3).Select(i => _one.Write("x", $"{i}")).ToArray();
        three.Receive(later);
        three.Receive(y);
        Assert.Contains(y.Dot, three.Core.Pending().Select(one => one.Update.Dot));
        three.Receive(x);
        Assert.Equal("1", three.Read("y"));
    }

    [Fact]
    public void Repair_WhileTheBufferIsFull_DoesNotAskAtTheSpeedOfTheWire()
    {
        var three = new TestReplica(3, TestReplica.ClusterOf(3), settings => settings with { BufferMax = 1 });
        _two.Write("y", "0");
        _one.Receive(_two.Log[0]);
        var updates = Enumerable.Range(0, 10).Select(i => _one.Write("x", $"{i}")).ToArray();
        three.Hear(2, _one.State.Delivered);
        three.Pass(1500, () => three.Hear(2, _one.State.Delivered));
        var pulls = 0;
        for (var i = 0; i < 50; i++)
        {
            three.Repair(2, updates);
            pulls += three.Output.Messages.Count(message => message.Message is PullRequest pull && pull.Origin.Value == 1);
        }

        Assert.InRange(pulls, 0, 2);
    }

    [Fact]
    public void Deliver_OfAnUpdateAheadOfTheClock_WaitsUntilItsTimeComes()
    {
        _one.Unix += 8_000_000;
        var x = _one.Write("x", "1");
        _two.Receive(x);
        var pending = Assert.Single(_two.Core.Pending());
        Assert.Equal((PendingReason.ClockAhead, 0L), (pending.Reason, pending.MissingCount));
        Assert.Null(_two.Read("x"));
        _two.Pass(2_900);
        Assert.Null(_two.Read("x"));
        _two.Pass(200);
        Assert.Equal("1", _two.Read("x"));
    }

    [Fact]
    public void Deliver_OfWhatDependsOnAnEarlyUpdate_WaitsForIt()
    {
        _one.Unix += 8_000_000;
        var (x, y) = (_one.Write("x", "1"), _one.Write("y", "1"));
        _two.Receive(y);
        _two.Receive(x);
        Assert.Equal([PendingReason.ClockAhead, PendingReason.Gap], _two.Core.Pending().Select(one => one.Reason));
        _two.Pass(3_100);
        Assert.Equal(("1", "1"), (_two.Read("x"), _two.Read("y")));
    }

    [Fact]
    public void Deliver_FromAStrangerOrAnotherProcessUnderAKnownId_ChangesNothing()
    {
        var x = _one.Write("x", "1");
        var batch = new UpdateBatch(x.Origin, TestReplica.Incarnation(1), [x], false);
        _two.Step(new MessageArrived(new ReplicaId(1), new Incarnation(77), batch));
        _two.Step(new MessageArrived(new ReplicaId(9), TestReplica.Incarnation(9), batch with { IsRepair = true }));
        _two.Receive(1, batch with { OriginIncarnation = new Incarnation(77) });
        Assert.Equal(TestReplica.ClusterOf(3).Delivered, _two.State.Delivered);
        Assert.Empty(_two.Core.Pending());
    }

    [Fact]
    public void Deliver_OfAnUpdateThatContradictsItsName_DropsIt()
    {
        var x = _one.Write("x", "1");
        _two.Receive(x with { Dependencies = x.Dependencies.With(new ReplicaId(1), 1) });
        Assert.Single(_two.Events(ReplicaEventKind.Drop));
        Assert.Empty(_two.Output.Append);
    }

    [Fact]
    public void Step_AfterDelivering_AcknowledgesToTheOrigin()
    {
        var x = _one.Write("x", "1");
        _two.Receive(x);
        Assert.Contains(_two.Output.Messages, message => message.To.Value == 1 && message.Message is Heartbeat heartbeat && heartbeat.Delivered.Covers(x.Dot));
    }
}
