using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;

namespace ReplicatedDs.Causality.Tests.Core;

/// <summary>What is said of what was delivered: when, and what has to be durable before it is said.</summary>
public sealed class AcknowledgementTests
{
    private readonly TestReplica _one = new(1, TestReplica.ClusterOf(2));
    private readonly TestReplica _two = new(2, TestReplica.ClusterOf(2));

    [Fact]
    public void Acknowledgement_AfterARest_IsSentAtOnce()
    {
        _two.Pass(150);
        _two.Receive(_one.Write("x", "1"));
        Assert.Equal(_one.State.Delivered[_one.Id], Assert.Single(Heartbeats()).Delivered[_one.Id]);
    }

    [Fact]
    public void Acknowledgements_OfAStreamOfUpdates_AreOneInAHundredMilliseconds()
    {
        _two.Pass(150);
        var sent = _two.Pass(1000, () => _two.Receive(_one.Write("x", "1")));
        Assert.InRange(sent.Count(message => message.Message is Heartbeat), 9, 12);
        Assert.Equal(_one.State.Delivered[_one.Id], _two.Pass(100).Select(message => message.Message).OfType<Heartbeat>().Last().Delivered[_one.Id]);
    }

    [Fact]
    public void Acknowledgement_OfHalfARange_IsSentAfterAFifthOfThat()
    {
        // After a resend a peer has no more than a range under way: it must not wait long for its answer.
        var two = new TestReplica(2, TestReplica.ClusterOf(2), settings => settings with { RangeMax = 8 });
        two.Pass(150);
        two.Receive(_one.Write("x", "1"));
        var sent = two.Pass(200, () => two.Receive(_one.Write("x", "2"), _one.Write("x", "3")));
        Assert.InRange(sent.Count(message => message.Message is Heartbeat), 9, 11);
    }

    [Fact]
    public void Acknowledgement_GoesWithOwnUpdates()
    {
        _one.Hear(2, _two.State.Delivered);
        _two.Hear(1, _one.State.Delivered);
        _two.Pass(100, () => _two.Hear(1, _one.State.Delivered));
        _two.Receive(_one.Write("x", "1"));
        _two.Receive(_one.Write("x", "2"));
        Assert.Empty(Heartbeats());
        _two.Write("y", "0");
        Assert.Empty(Heartbeats()); // one was sent a moment ago
        _two.Pass(60);
        _two.Write("y", "1");
        Assert.Contains(_two.Output.Messages, message => message.Message is UpdateRange);
        Assert.Equal(_one.State.Delivered[_one.Id], Assert.Single(Heartbeats()).Delivered[_one.Id]);
    }

    [Fact]
    public void Step_ThatOnlyDelivers_PromisesNothing()
    {
        _two.Pass(150);
        _two.Receive(_one.Write("x", "1"));
        Assert.True(_two.Output.IsPromise); // the acknowledgement
        _two.Receive(_one.Write("x", "2"));
        Assert.False(_two.Output.IsPromise);
        Assert.Single(_two.Output.Append);
        _two.Write("y", "1");
        Assert.True(_two.Output.IsPromise);
    }

    [Fact]
    public void Step_ThatMayPromiseNothing_RepeatsWhatWasPromised()
    {
        _two.Pass(150);
        _two.Receive(_one.Write("x", "1"));
        var promised = Assert.Single(Heartbeats()).Delivered;
        _two.Receive(_one.Write("x", "2"));

        _two.Monotonic += 1_000_000;
        _two.Step();
        Assert.True(_two.Output.IsPromise);
        Assert.Equal(_two.State.Delivered, Assert.Single(Heartbeats()).Delivered);
        _two.Core.Rollback();

        _two.Core.MayPromise = false;
        _two.Step();
        Assert.False(_two.Output.IsPromise);
        Assert.Equal(promised, Assert.Single(Heartbeats()).Delivered);
        _two.Write("y", "1");
        Assert.True(_two.Output.IsPromise);

        _two.Core.MayPromise = true;
        _two.Monotonic += 1_000_000;
        _two.Step();
        Assert.Equal(_two.State.Delivered, Assert.Single(Heartbeats()).Delivered);
    }

    [Fact]
    public void Step_ThatMayPromiseNothing_AfterAStart_CountsOnWhatWasFoundOnTheDisk()
    {
        _two.Core.MayPromise = false;
        _two.Receive(_one.Write("x", "1"));
        _two.Pass(1000);
        Assert.Equal(TestReplica.ClusterOf(2).Delivered, _two.Pass(1000).Select(message => message.Message).OfType<Heartbeat>().Last().Delivered);
    }

    [Fact]
    public void Step_ThatMayPromiseNothing_DoesNothingOfItsOwnAccord()
    {
        _one.Hear(2, _one.State.Delivered);
        _one.Step(new JoinRequest(null, TestReplica.Admission(3)));
        var admitted = _one.State.Delivered;
        _one.Core.MayPromise = false;
        _one.Pass(1000, () => _one.Hear(3, admitted));
        Assert.Equal(admitted, _one.State.Delivered);
        Assert.Contains(_one.Pass(300), sent => sent.Message is Heartbeat);
        _one.Core.MayPromise = true;
        _one.Pass(100, () => _one.Hear(3, admitted));
        Assert.True(_one.State.Members.IsServing(new ReplicaId(3)));
    }

    [Fact]
    public void Step_ThatMayPromiseNothing_DeliversNothingThatOnlyWaitedForTime()
    {
        _one.Unix += 3_600_000_000; // its clock is an hour ahead
        _two.Receive(_one.Write("x", "1"));
        Assert.Null(_two.Read("x"));
        _two.Unix += 3_600_000_000;
        _two.Core.MayPromise = false;
        _two.Pass(300);
        Assert.Null(_two.Read("x"));
        _two.Core.MayPromise = true;
        _two.Step();
        Assert.Equal("1", _two.Read("x"));
    }

    [Fact]
    public void Rollback_SendsAgainWhatTheStepSentAndNothingElse()
    {
        _one.Hear(2, _two.State.Delivered);
        _one.Write("x", "1");
        _one.Write("x", "2");
        var kept = _one.State.Delivered[_one.Id];
        _one.Write("x", "3");
        _one.Core.Rollback();
        _one.Write("x", "4");
        var range = Assert.Single(_one.Output.Messages.Select(message => message.Message).OfType<UpdateRange>());
        Assert.Equal((kept + 1, kept + 1), (range.First, range.Last));
    }

    private IEnumerable<Heartbeat> Heartbeats() => _two.Output.Messages.Select(message => message.Message).OfType<Heartbeat>();
}
