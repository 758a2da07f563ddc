using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Tests.Core;

/// <summary>Founding, joining through a sponsor, leaving, guests.</summary>
public class MembershipTests
{
    private static readonly ReplicaId Four = new(4);
    private readonly TestReplica _one = new(1, TestReplica.ClusterOf(3));
    private readonly TestReplica _two = new(2, TestReplica.ClusterOf(3));
    private readonly TestReplica _three = new(3, TestReplica.ClusterOf(3));
    private readonly VectorClock _start = TestReplica.ClusterOf(3).Delivered;

    [Fact]
    public void Found_OfACluster_MakesItsAuthorTheOnlyActiveMember()
    {
        var founder = new TestReplica(1, TestReplica.ClusterOf(1));
        var member = Assert.Single(founder.State.Members);
        Assert.Equal((MemberStatus.Active, new Dot(1, 1)), (member.Status, member.Activated));
        Assert.Equal(new Dot(1, 2), founder.Write("x", "1").Dot);
    }

    [Fact]
    public void Core_OfAnIdThatTheStateDoesNotKnow_Throws()
    {
        Assert.Throws<ArgumentException>(() => new TestReplica(9, TestReplica.ClusterOf(3)));
        Assert.Throws<ArgumentException>(() => new TestReplica(2, TestReplica.ClusterOf(3), settings => settings with { Incarnation = new Incarnation(5) }));
    }

    [Fact]
    public void Join_ThroughASponsor_MayWriteOnceItDeliveredItsActivation()
    {
        var admitted = _one.Ask<Admitted>(tag => new JoinRequest(tag, TestReplica.Admission(4)));
        var joiner = new TestReplica(4, _one.State);
        Assert.Equal(RefusalReason.NotActive, joiner.Ask<Refused>(tag => new WriteRequest(tag, [TestReplica.Set("x", "1")], [])).Reason);
        Assert.Contains(joiner.Output.Messages, message => message.To.Value == 1 && message.Message is Heartbeat heartbeat && heartbeat.Delivered.Covers(admitted.Dot));

        _one.Hear(4, joiner.State.Delivered);
        var activation = Assert.Single(_one.Output.Append);
        Assert.Equal([new ActivateOperation(Four)], activation.Operations.AsEnumerable());
        Assert.Contains(activation.Dot, TestReplica.Sent(_one.Output.Messages, to: 4));

        joiner.Receive(activation);
        var x = joiner.Write("x", "1");
        Assert.True(x.Dependencies.Covers(activation.Dot));
        Assert.Equal(new Dot(4, 1), x.Dot);
    }

    [Fact]
    public void Join_WhoseAnswerWasLost_IsAnsweredAgainWithTheSameDot()
    {
        var first = _one.Ask<Admitted>(tag => new JoinRequest(tag, TestReplica.Admission(4)));
        Assert.Equal(first, _one.Ask<Admitted>(tag => new JoinRequest(tag, TestReplica.Admission(4))));
        Assert.Empty(_one.Output.Append);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Join_UnderAnIdThatWasUsed_IsRefused(int id)
    {
        var admission = TestReplica.Admission(id) with { Incarnation = new Incarnation(999) };
        Assert.Equal(RefusalReason.IdTaken, _one.Ask<Refused>(tag => new JoinRequest(tag, admission)).Reason);
        Assert.Equal(RefusalReason.IdTaken, _one.Ask<Refused>(tag => new GuestRequest(tag, new ReplicaId(id))).Reason);
    }

    [Fact]
    public void Join_ThatIsNeverHeardOf_IsGivenUp()
    {
        _one.Ask<Admitted>(tag => new JoinRequest(tag, TestReplica.Admission(4)));
        _one.Pass(61_000);
        Assert.Equal((MemberStatus.Departed, 0L), (_one.State.Members.Find(Four)!.Status, _one.State.Members.Find(Four)!.Final));
    }

    [Fact]
    public void Join_ThatWasGivenUpWithoutKnowing_LearnsItAndMustBeginAgain()
    {
        _one.Ask<Admitted>(tag => new JoinRequest(tag, TestReplica.Admission(4)));
        var joiner = new TestReplica(4, _one.State);
        _one.Pass(61_000);
        var abort = Assert.Single(_one.Log[^1].Operations);
        Assert.IsType<AbortOperation>(abort);

        _one.Hear(4, joiner.State.Delivered);
        Assert.Contains(_one.Log[^1].Dot, TestReplica.Sent(_one.Output.Messages, to: 4));
        joiner.Unix = _one.Unix;
        joiner.Receive(_one.Log[^1]);
        Assert.True(joiner.Output.MustRejoin);
    }

    [Fact]
    public void Sponsor_ThatLeaves_GivesUpItsJoiners()
    {
        _one.Ask<Admitted>(tag => new JoinRequest(tag, TestReplica.Admission(4)));
        _one.Ask<Leaving>(tag => new LeaveRequest(tag));
        Assert.Equal([new AbortOperation(Four), new LeaveOperation(new ReplicaId(1))], Assert.Single(_one.Output.Append).Operations.AsEnumerable());
    }

    [Fact]
    public void Joiner_AskedByAPeer_ServesNobodyAndSendsNothing()
    {
        _one.Write("x", "1");
        _one.Ask<Admitted>(tag => new JoinRequest(tag, TestReplica.Admission(4)));
        var joiner = new TestReplica(4, _one.State);
        joiner.Receive(2, new PullRequest(new ReplicaId(1), 1, 100));
        Assert.All(joiner.Output.Messages, message => Assert.IsType<Heartbeat>(message.Message));
    }

    [Fact]
    public void Leave_OfAMember_EndsOnceEveryReachableMemberHasItsLastUpdate()
    {
        _two.Hear(1, _start);
        _two.Hear(3, _start);
        var leaving = _two.Ask<Leaving>(tag => new LeaveRequest(tag));
        Assert.False(_two.Output.MayExit);
        Assert.Equal(RefusalReason.Leaving, _two.Ask<Refused>(tag => new WriteRequest(tag, [TestReplica.Set("x", "1")], [])).Reason);
        _two.Hear(1, _start.With(leaving.Dot));
        Assert.False(_two.Output.MayExit);
        _two.Hear(3, _start.With(leaving.Dot));
        Assert.True(_two.Output.MayExit);
    }

    [Fact]
    public void Leave_WithAMemberOutOfReach_NeedsAHolderWhomThatMemberKnows()
    {
        // 4 joined later: 3, which is out of reach and was last heard before that, would not take anything from 4.
        var state = _one.State;
        _one.Hear(3, _start);
        _one.Ask<Admitted>(tag => new JoinRequest(tag, TestReplica.Admission(4)));
        var four = new TestReplica(4, _one.State);
        _one.Hear(4, four.State.Delivered);
        var activated = _one.State.Delivered;
        _one.Receive(2, new UpdateBatch(new ReplicaId(2), TestReplica.Incarnation(2), [new Update(new Dot(2, 1), state.Delivered, new HybridTimestamp(1), [new LeaveOperation(new ReplicaId(2))])], false));
        var leaving = _one.Ask<Leaving>(tag => new LeaveRequest(tag));
        _one.Pass(4_000, () => _one.Hear(4, _one.State.Delivered));
        Assert.False(_one.Output.MayExit);

        // Once 3 was heard with the activation of 4 it knows somebody who stays.
        _one.Hear(3, activated);
        Assert.False(_one.Output.MayExit); // it is in reach now and must take the update itself
        _one.Pass(4_000, () => _one.Hear(4, _one.State.Delivered));
        Assert.True(_one.Output.MayExit);
        Assert.True(_one.State.Delivered.Covers(leaving.Dot));
    }

    [Fact]
    public void Leave_OfTwoAtOnce_DoesNotCountOneOnTheOther()
    {
        _three.Hear(2, _start);
        var leaving = _two.Ask<Leaving>(tag => new LeaveRequest(tag));
        _three.Ask<Leaving>(tag => new LeaveRequest(tag));
        _three.Receive(_two.Log[^1]);
        Assert.True(_three.State.Delivered.Covers(leaving.Dot));
        var acknowledged = _three.Pass(100).Where(message => message.To.Value == 2).Select(message => message.Message).OfType<Heartbeat>().Last();
        Assert.False(acknowledged.Delivered.Covers(leaving.Dot));
    }

    [Fact]
    public void Leave_OfAReplicaThatCrashedAfterIt_IsAcknowledgedAgain()
    {
        _two.Ask<Leaving>(tag => new LeaveRequest(tag));
        var last = _two.Log[^1];
        _one.Receive(last);
        _one.Pass(1000);
        _two.Restart();
        _two.Step();
        var heartbeat = _two.Output.Messages.Select(message => message.Message).OfType<Heartbeat>().First();
        _one.Hear(2, heartbeat.Delivered);
        Assert.Contains(_one.Output.Messages, message => message.To.Value == 2 && message.Message is Heartbeat answer && answer.Delivered.Covers(last.Dot));
    }

    [Fact]
    public void LeftReplica_AskedForWhatOnlyItHas_StillServes()
    {
        var x = _one.Write("x", "1");
        _two.Receive(x);
        _two.Ask<Leaving>(tag => new LeaveRequest(tag));
        _two.Receive(3, new PullRequest(x.Origin, x.Dot.Counter, 10));
        Assert.Contains(_two.Output.Messages, message => message.To.Value == 3 && message.Message is UpdateRange range && range.Origin == x.Origin);
    }

    [Fact]
    public void LeftReplica_AskedForWhatItTookAfterItsLeave_ServesWhatItHadBefore()
    {
        // If 1 is evicted meanwhile, those who stay have promised to take no more from it: nothing may come to them by this way.
        var x = _one.Write("x", "1");
        var y = _one.Write("y", "2");
        _two.Receive(x);
        _two.Ask<Leaving>(tag => new LeaveRequest(tag));
        _two.Receive(y);
        Assert.Equal("2", _two.Read("y"));
        _two.Receive(3, new PullRequest(x.Origin, x.Dot.Counter, 10));
        Assert.Equal([x.Dot], TestReplica.Sent(_two.Output.Messages, to: 3));
    }

    [Fact]
    public void LeftReplica_WithNobodyElseToAsk_AsksTheOriginItself()
    {
        // It has to learn who else left, and nobody sends to it any more.
        _two.Ask<Leaving>(tag => new LeaveRequest(tag));
        _one.Receive(_two.Log[^1]);
        var x = _one.Write("x", "1");
        var asked = _two.Pass(1500, () => _two.Hear(1, x.Clock)).Last(message => message.Message is PullRequest);
        Assert.Equal(1, asked.To.Value);
        _one.Receive(2, asked.Message);
        Assert.Equal([x.Dot], TestReplica.Sent(_one.Output.Messages, to: 2));
        _two.Repair(1, x);
        Assert.Equal("1", _two.Read("x"));
    }

    [Fact]
    public void LeftReplica_ThatKnowsOnlyAJoiner_TakesFromItWhatItMissed()
    {
        // The joiner was activated by somebody who is gone; this replica has not heard that.
        _one.Ask<Admitted>(tag => new JoinRequest(tag, TestReplica.Admission(4)));
        _two.Receive(_one.Log[^1]);
        var four = new TestReplica(4, _one.State);
        _one.Hear(4, four.State.Delivered);
        var activation = _one.Log[^1];
        _two.Ask<Leaving>(tag => new LeaveRequest(tag));
        var asked = _two.Pass(1500, () => _two.Hear(4, activation.Clock));
        Assert.Contains(asked, message => message.To.Value == 4 && message.Message is PullRequest pull && pull.First == activation.Dot.Counter);
        _two.Repair(4, activation);
        Assert.True(_two.State.Members.IsServing(Four));
    }

    [Fact]
    public void Leave_WhileAnotherLeaverIsCutOff_WaitsUntilItsLastUpdateIsSafe()
    {
        // 3 leaves too; its last update came here only after the own leave, and 3 knows nobody who stays but 2, which has not got it.
        var late = TestReplica.Admission(4);
        _one.Ask<Admitted>(tag => new JoinRequest(tag, late));
        var four = new TestReplica(4, _one.State);
        _one.Hear(4, four.State.Delivered);
        _one.Receive(2, new UpdateBatch(new ReplicaId(2), TestReplica.Incarnation(2), [new Update(new Dot(2, 1), _start, new HybridTimestamp(1), [new LeaveOperation(new ReplicaId(2))])], false));
        _one.Ask<Leaving>(tag => new LeaveRequest(tag));
        var held = _one.State.Delivered;
        _three.Ask<Leaving>(tag => new LeaveRequest(tag));
        _one.Receive(_three.Log[^1]);
        _one.Hear(4, held);
        Assert.False(_one.Output.MayExit);
        _one.Hear(4, held.With(_three.Log[^1].Dot));
        Assert.True(_one.Output.MayExit);
    }

    [Fact]
    public void TwoLeftReplicas_HearingEachOther_DoNotAnswerForEver()
    {
        _two.Ask<Leaving>(tag => new LeaveRequest(tag));
        _three.Ask<Leaving>(tag => new LeaveRequest(tag));
        _two.Receive(_three.Log[^1]);
        _three.Receive(_two.Log[^1]);
        _two.Pass(100); // with the acknowledgement of the leave
        _two.Hear(3, _two.State.Delivered);
        Assert.Empty(_two.Output.Messages);

        // One that does not know yet that this one left has to be told: it may know nobody else. Not faster than it asks.
        _two.Pass(100);
        _two.Hear(3, _start);
        Assert.Contains(_two.Output.Messages, message => message.To.Value == 3 && message.Message is Heartbeat);
        _two.Hear(3, _start);
        Assert.Empty(_two.Output.Messages);
    }

    [Fact]
    public void Leave_OfTheLastActiveMember_IsRefused()
    {
        var alone = new TestReplica(1, TestReplica.ClusterOf(1));
        Assert.Equal(RefusalReason.LastMember, alone.Ask<Refused>(tag => new LeaveRequest(tag)).Reason);
        alone.Write("x", "1");
    }

    [Fact]
    public void Member_ThatLeft_IsNoLongerSentTo()
    {
        _one.Hear(2, _start);
        _two.Ask<Leaving>(tag => new LeaveRequest(tag));
        _one.Receive(_two.Log[^1]);
        _one.Write("x", "1");
        Assert.Empty(TestReplica.Sent(_one.Output.Messages.Concat(_one.Pass(1000)), to: 2));
        Assert.DoesNotContain(_one.Core.Links(_one.Now), link => link.Peer.Value == 2);
    }

    [Fact]
    public void Guest_OnceAdmitted_DeliversByHandAndWaitsLikeAnyOther()
    {
        _one.Ask<Admitted>(tag => new GuestRequest(tag, Four));
        var delivered = _one.State.Delivered;
        var (first, second) = (Guest(1, delivered), Guest(2, delivered));
        var waiting = _one.Ask<HandDelivered>(tag => new HandDelivery(tag, second));
        Assert.Equal(DeliveryOutcome.Buffered, waiting.Outcome);
        Assert.Equal([first.Dot], waiting.Missing.AsEnumerable());
        Assert.Equal(DeliveryOutcome.Applied, _one.Ask<HandDelivered>(tag => new HandDelivery(tag, first)).Outcome);
        Assert.Equal("guest 2", _one.Read("g"));
        Assert.Equal(DeliveryOutcome.Duplicate, _one.Ask<HandDelivered>(tag => new HandDelivery(tag, first)).Outcome);
    }

    [Fact]
    public void Guest_WhoseUpdateWaitedAndWasDeliveredByAStepThatWasUndone_IsDeliveredByAnother()
    {
        _one.Ask<Admitted>(tag => new GuestRequest(tag, Four));
        var needed = _two.Write("x", "1");
        var first = Guest(1, _one.State.Delivered.With(needed.Dot));
        var second = Guest(2, first.Dependencies);
        Assert.Equal(DeliveryOutcome.Buffered, _one.Ask<HandDelivered>(tag => new HandDelivery(tag, second)).Outcome);
        Assert.Equal(DeliveryOutcome.Buffered, _one.Ask<HandDelivered>(tag => new HandDelivery(tag, first)).Outcome);
        _one.Receive(needed);
        Assert.Equal("guest 2", _one.Read("g"));
        _one.Core.Rollback();
        Assert.Null(_one.Read("g"));
        Assert.Equal([first.Dot, second.Dot], _one.Core.Pending().Select(waiting => waiting.Update.Dot));

        _one.Receive(needed);
        Assert.Equal("guest 2", _one.Read("g"));
        Assert.Empty(_one.Core.Pending());
    }

    [Fact]
    public void Join_OfAStepThatWasUndone_LeavesNothingBehind()
    {
        for (var id = 4; id < 9; id++)
        {
            _one.Ask<Admitted>(tag => new JoinRequest(tag, TestReplica.Admission(id)));
            _one.Core.Rollback();
            Assert.Equal(2, _one.Core.LinkCount);
        }

        _one.Pass(1000);
        Assert.Equal(2, _one.Core.LinkCount);
        _one.Ask<Admitted>(tag => new JoinRequest(tag, TestReplica.Admission(9)));
        Assert.Contains(_one.Core.Links(_one.Now), link => link.Peer.Value == 9);
    }

    [Fact]
    public void Guest_BelowTheStableVector_IsRefused()
    {
        _one.Ask<Admitted>(tag => new GuestRequest(tag, Four));
        var x = _one.Write("x", "1");
        _one.Hear(2, x.Clock);
        _one.Hear(3, x.Clock);
        _one.Pass(300);
        Assert.Equal(RefusalReason.Conflict, _one.Ask<Refused>(tag => new HandDelivery(tag, Guest(1, _start))).Reason);
    }

    [Fact]
    public void Guest_BelowItsOwnAdmission_IsRefused()
    {
        _one.Ask<Admitted>(tag => new GuestRequest(tag, Four));
        Assert.Equal(RefusalReason.Conflict, _one.Ask<Refused>(tag => new HandDelivery(tag, Guest(1, _start))).Reason);
    }

    [Fact]
    public void HandDelivery_OfAStrangerAnImpossibleClockOrOtherContent_IsRefused()
    {
        Refused Deliver(Update update) => _one.Ask<Refused>(tag => new HandDelivery(tag, update));
        Assert.Equal(RefusalReason.Conflict, Deliver(Guest(1, _start)).Reason); // not admitted
        _one.Ask<Admitted>(tag => new GuestRequest(tag, Four));
        Assert.Equal(RefusalReason.Conflict, Deliver(Guest(2, _start) with { Dependencies = _start }).Reason);
        var waiting = Guest(2, _one.State.Delivered);
        _one.Ask<HandDelivered>(tag => new HandDelivery(tag, waiting));
        Assert.Equal(RefusalReason.Conflict, Deliver(waiting with { Operations = [TestReplica.Set("g", "other")] }).Reason);
        Assert.Equal(RefusalReason.Conflict, Deliver(_one.Write("x", "1")).Reason); // its own
    }

    [Fact]
    public void HandDelivery_ToAReplicaThatLeft_IsRefused()
    {
        _one.Ask<Admitted>(tag => new GuestRequest(tag, Four));
        var update = Guest(1, _one.State.Delivered);
        _one.Ask<Leaving>(tag => new LeaveRequest(tag));
        Assert.Equal(RefusalReason.Leaving, _one.Ask<Refused>(tag => new HandDelivery(tag, update)).Reason);
    }

    private static Update Guest(int counter, VectorClock seen) => new(
        new Dot(4, counter), seen.With(Four, counter - 1), new HybridTimestamp(counter), [TestReplica.Set("g", $"guest {counter}")]);
}
