using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Tests.Core;

/// <summary>Own writes, their conditions and timestamps, and what a failed append leaves behind.</summary>
public class WriteTests
{
    private readonly TestReplica _one = new(1, TestReplica.ClusterOf(3));
    private readonly TestReplica _two = new(2, TestReplica.ClusterOf(3));

    [Fact]
    public void Write_OfAKey_AnswersWithItsDotAndEverythingDeliveredBefore()
    {
        var x = _one.Write("x", "1");
        _two.Receive(x);
        var written = _two.Ask<Written>(tag => new WriteRequest(tag, [TestReplica.Set("y", "2")], []));
        Assert.Equal(new Dot(2, 1), written.Dot);
        Assert.Equal(x.Clock.With(new Dot(2, 1)), written.Clock);
        var update = Assert.Single(_two.Output.Append);
        Assert.Equal(x.Clock, update.Dependencies);
        Assert.True(update.Timestamp > x.Timestamp);
    }

    [Fact]
    public void Write_SeveralInOneStep_AreSeparateUpdatesInOrder()
    {
        _two.Step(
            new WriteRequest("a", [TestReplica.Set("x", "1")], []),
            new WriteRequest("b", [TestReplica.Set("x", "2")], []));
        Assert.Equal(["a", "b"], _two.Output.Replies.Select(reply => reply.Tag));
        Assert.Equal([new Dot(2, 1), new Dot(2, 2)], _two.Output.Append.Select(update => update.Dot));
        Assert.Equal("2", _two.Read("x"));
    }

    [Fact]
    public void Write_WithATrace_CarriesItInTheUpdate()
    {
        var trace = new TraceContext(5, 6, 1);
        _two.Step(new WriteRequest(null, [TestReplica.Set("x", "1")], [], trace, "once"));
        Assert.Equal((trace, "once"), (_two.Output.Append[0].Trace, _two.Output.Append[0].OperationId));
    }

    [Fact]
    public void Write_IfTheSoleVersionMatches_Succeeds()
    {
        var x = _one.Write("x", "1");
        var written = _one.Ask<Written>(tag => new WriteRequest(tag, [TestReplica.Set("x", "2")], [new WriteCondition("x", x.Dot)]));
        var failed = _one.Ask<ConditionFailed>(tag => new WriteRequest(tag, [TestReplica.Set("x", "3")], [new WriteCondition("x", x.Dot)]));
        Assert.Equal([written.Dot], failed.Current.AsEnumerable());
        Assert.Empty(_one.Output.Append);
        Assert.Equal("2", _one.Read("x"));
    }

    [Fact]
    public void Write_IfMatchAmongSiblings_FailsAndNamesAll()
    {
        var (x, y) = (_one.Write("k", "1"), _two.Write("k", "2"));
        _one.Receive(y);
        var failed = _one.Ask<ConditionFailed>(tag => new WriteRequest(tag, [TestReplica.Set("k", "3")], [new WriteCondition("k", x.Dot)]));
        Assert.Equal([y.Dot, x.Dot], failed.Current.AsEnumerable());
    }

    [Fact]
    public void Write_IfThereIsNoValue_SucceedsOnAnAbsentOrDeletedKeyOnly()
    {
        WriteRequest Create(object? tag) => new(tag, [TestReplica.Set("x", "1")], [new WriteCondition("x", null)]);
        _one.Ask<Written>(Create);
        _one.Ask<ConditionFailed>(Create);
        _one.Ask<Written>(tag => new WriteRequest(tag, [new DeleteOperation("x")], []));
        _one.Ask<Written>(Create);
        Assert.Equal("1", _one.Read("x"));
    }

    [Fact]
    public void Write_IfMatchOnADeletedKey_FailsWithoutDots()
    {
        var deleted = _one.Ask<Written>(tag => new WriteRequest(tag, [new DeleteOperation("x")], []));
        var failed = _one.Ask<ConditionFailed>(tag => new WriteRequest(tag, [TestReplica.Set("x", "1")], [new WriteCondition("x", deleted.Dot)]));
        Assert.Empty(failed.Current);
    }

    [Fact]
    public void Write_WithOneOfSeveralConditionsFalse_WritesNothing()
    {
        _one.Write("a", "1");
        var failed = _one.Ask<ConditionFailed>(tag => new WriteRequest(
            tag, [TestReplica.Set("a", "2"), TestReplica.Set("b", "2")], [new WriteCondition("b", null), new WriteCondition("a", null)]));
        Assert.Equal("a", failed.Key);
        Assert.Equal(("1", null), (_one.Read("a"), _one.Read("b")));
    }

    [Fact]
    public void Write_WhenTheClockGoesBack_IsStillLaterThanEverythingSeen()
    {
        var first = _one.Write("x", "1");
        _one.Unix -= 3_600_000_000;
        var second = _one.Write("x", "2");
        Assert.True(second.Timestamp > first.Timestamp);
        _two.Unix -= 3_600_000_000;
        _two.Receive(first, second);
        Assert.NotEmpty(_two.Core.Pending()); // an hour ahead of this clock
        _two.Unix += 3_600_000_000;
        _two.Step();
        _two.Unix -= 3_600_000_000;
        Assert.True(_two.Write("x", "3").Timestamp > second.Timestamp);
    }

    [Fact]
    public void Rollback_AfterAFailedAppend_LosesNothingAndAnswersNothing()
    {
        var x = _one.Write("x", "1");
        var before = _two.State;
        var lost = _two.Core.Step(
            [new WriteRequest("tag", [TestReplica.Set("y", "1")], []), Batch(x)], _two.Now);
        Assert.NotEmpty(lost.Append);
        _two.Core.Rollback();
        Assert.Equal(before with { Keys = _two.State.Keys }, _two.State);
        Assert.Equal(before.Keys.All, _two.State.Keys.All);
        Assert.Null(_two.Read("x"));

        // The same dot is given again, since nobody ever saw it, and what came from the peer comes again.
        var y = _two.Write("y", "2");
        Assert.Equal(new Dot(2, 1), y.Dot);
        Assert.DoesNotContain(_two.Output.Append, update => update.Origin.Value == 1);
        _two.Receive(x);
        Assert.Equal(("1", "2"), (_two.Read("x"), _two.Read("y")));
    }

    [Fact]
    public void Rollback_OfWhatFreedAWaitingUpdate_LetsItWaitAgain()
    {
        var (a, b) = (_one.Write("x", "1"), _one.Write("x", "2"));
        _two.Receive(b);
        _two.Core.Step([Batch(a)], _two.Now);
        _two.Core.Rollback();
        Assert.Equal(TestReplica.ClusterOf(3).Delivered, _two.State.Delivered);
        _two.Receive(a, b);
        Assert.Equal("2", _two.Read("x"));
    }

    [Fact]
    public void Rollback_OfALeave_LeavesNoStableVectorBehind()
    {
        var three = new TestReplica(3, TestReplica.ClusterOf(3));
        three.Hear(1, _one.State.Delivered);
        _two.Write("k", "1");
        _two.Ask<Leaving>(tag => new LeaveRequest(tag));
        var stable = three.Core.Stable;
        three.Monotonic += 300_000;
        three.Core.Step([Batch([.. _two.Log])], three.Now);
        three.Core.Rollback();
        three.Pass(300);
        Assert.Equal(stable, three.Core.Stable);
    }

    private static MessageArrived Batch(params Update[] updates) => new(
        updates[0].Origin,
        TestReplica.Incarnation(updates[0].Origin.Value),
        new UpdateBatch(updates[0].Origin, TestReplica.Incarnation(updates[0].Origin.Value), [.. updates], false));
}
