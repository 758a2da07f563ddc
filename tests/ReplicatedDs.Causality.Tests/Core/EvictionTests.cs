using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;

namespace ReplicatedDs.Causality.Tests.Core;

/// <summary>Members that an operator declares dead (R7). Replica 3 is the dead one.</summary>
public class EvictionTests
{
    private static readonly ReplicaId Three = new(3);
    private readonly TestReplica _one = new(1, TestReplica.ClusterOf(3));
    private readonly TestReplica _two = new(2, TestReplica.ClusterOf(3));
    private readonly TestReplica _three = new(3, TestReplica.ClusterOf(3));

    [Fact]
    public void Evict_OnceEverySurvivorPromised_EndsWhereTheSurvivorsStand()
    {
        var x = _three.Write("x", "1");
        var y = _three.Write("y", "2");
        _one.Receive(x);
        _two.Receive(x);

        var evicting = _one.Ask<Evicting>(tag => new EvictRequest(tag, Three, IsForced: false));
        Assert.Equal([evicting.Dot, evicting.Dot with { Counter = evicting.Dot.Counter + 1 }], _one.Output.Append.Select(update => update.Dot));
        Assert.True(_one.State.Members.Find(Three)!.IsPresent); // replica 2 has not promised yet

        _two.Receive([.. _one.Output.Append]);
        Assert.Equal((MemberStatus.Departed, 1L), End(_two));
        _one.Receive(Assert.Single(_two.Output.Append, update => update.Origin == _two.Id));
        Assert.Equal((MemberStatus.Departed, 1L), End(_one));

        // What nobody else had is given up, whoever brings it.
        _one.Receive(y);
        _one.Repair(2, y);
        Assert.Null(_one.Read("y"));
    }

    [Fact]
    public void Evict_WhenOneSurvivorHoldsMore_EndsAtTheSameUpdateEverywhere()
    {
        var x = _three.Write("x", "1");
        _two.Receive(x);
        _one.Ask<Evicting>(tag => new EvictRequest(tag, Three, IsForced: false));
        var ofOne = _one.Output.Append;
        _two.Receive([.. ofOne]);
        Assert.Equal((MemberStatus.Departed, 1L), End(_two));

        // The promise of replica 2 depends on x: replica 1 cannot end the eviction without it, and takes it from replica 2, not from 3.
        var promise = _two.Output.Append.Single(update => update.Origin == _two.Id);
        _one.Receive(promise);
        Assert.True(_one.State.Members.Find(Three)!.IsPresent);
        _one.Receive(x);
        Assert.Null(_one.Read("x"));
        _one.Repair(2, x);
        Assert.Equal("1", _one.Read("x"));
        Assert.Equal((MemberStatus.Departed, 1L), End(_one));
    }

    [Fact]
    public void Evict_OfAReplicaThatIsAlive_FencesItBothWays()
    {
        var waiting = _three.Write("a", "1");
        var second = _three.Write("b", "2");
        _one.Receive(second);
        Assert.Single(_one.Core.Pending());
        _one.Ask<Evicting>(tag => new EvictRequest(tag, Three, IsForced: false));
        Assert.Empty(_one.Core.Pending());
        Assert.DoesNotContain(_one.Pass(1000), message => message.To == Three);
        _one.Receive(waiting);
        Assert.Null(_one.Read("a"));
        Assert.DoesNotContain(_one.Core.Links(_one.Now), link => link.Peer == Three);
    }

    [Fact]
    public void Evict_WithoutAMajorityOfSurvivors_NeedsForce()
    {
        var alone = new TestReplica(1, TestReplica.ClusterOf(2));
        Assert.Equal(RefusalReason.NeedsForce, alone.Ask<Refused>(tag => new EvictRequest(tag, new ReplicaId(2), IsForced: false)).Reason);
        Assert.Empty(alone.Output.Append);
        alone.Ask<Evicting>(tag => new EvictRequest(tag, new ReplicaId(2), IsForced: true));
        Assert.Equal(MemberStatus.Departed, alone.State.Members.Find(new ReplicaId(2))!.Status);
        alone.Write("x", "1");
    }

    [Theory]
    [InlineData(1, RefusalReason.Conflict)]
    [InlineData(9, RefusalReason.UnknownPeer)]
    public void Evict_OfItselfOrAStranger_IsRefused(int id, RefusalReason reason) =>
        Assert.Equal(reason, _one.Ask<Refused>(tag => new EvictRequest(tag, new ReplicaId(id), IsForced: true)).Reason);

    [Fact]
    public void Evict_OfASponsor_TakesItsJoinersAlong()
    {
        _three.Ask<Admitted>(tag => new JoinRequest(tag, TestReplica.Admission(4)));
        var admission = _three.Output.Append;
        _one.Receive([.. admission]);
        _two.Receive([.. admission]);
        _one.Ask<Evicting>(tag => new EvictRequest(tag, Three, IsForced: true));
        _two.Receive([.. _one.Output.Append]);
        _one.Receive([.. _two.Output.Append.Where(update => update.Origin == _two.Id)]);
        foreach (var replica in new[] { _one, _two })
        {
            Assert.Equal(MemberStatus.Departed, replica.State.Members.Find(Three)!.Status);
            Assert.Equal(MemberStatus.Departed, replica.State.Members.Find(new ReplicaId(4))!.Status);
        }
    }

    [Fact]
    public void EvictedReplica_ThatIsTold_RefusesWritesAndSaysSo()
    {
        Assert.True(_three.Step(new EvictionLearnt(new ReplicaId(1))).IsEvicted);
        Assert.Equal(RefusalReason.Evicted, _three.Ask<Refused>(tag => new WriteRequest(tag, [TestReplica.Set("x", "1")], [])).Reason);
    }

    [Fact]
    public void Joiner_ThatWasDeclaredDeadWithItsSponsor_BeginsAgain()
    {
        _two.Ask<Admitted>(tag => new JoinRequest(tag, TestReplica.Admission(4)));
        var joiner = new TestReplica(4, _two.State);
        var output = joiner.Step(new EvictionLearnt(new ReplicaId(1)));
        Assert.Equal((true, false), (output.MustRejoin, output.IsEvicted));
    }

    [Fact]
    public void TwoSides_ThatEvictedEachOther_StayUpBoth()
    {
        var one = new TestReplica(1, TestReplica.ClusterOf(2));
        one.Ask<Evicting>(tag => new EvictRequest(tag, new ReplicaId(2), IsForced: true));
        Assert.False(one.Step(new EvictionLearnt(new ReplicaId(2))).IsEvicted);
        one.Write("x", "1");
    }

    [Fact]
    public void Stable_WhileAMemberIsBeingEvicted_IsHeldBackByItAndThenNot()
    {
        var x = _one.Write("x", "1");
        _two.Receive(x);
        _one.Hear(2, _two.State.Delivered);
        _one.Pass(500);
        Assert.False(_one.Core.Stable.Covers(x.Dot));
        _one.Ask<Evicting>(tag => new EvictRequest(tag, Three, IsForced: false));
        _two.Receive([.. _one.Output.Append]);
        _one.Receive([.. _two.Output.Append.Where(update => update.Origin == _two.Id)]);
        _one.Hear(2, _two.State.Delivered);
        _one.Pass(500);
        Assert.True(_one.Core.Stable.Covers(x.Dot));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Snapshot_OfOneThatLeft_IsNotTakenIfItHasMoreOfTheDeadThanAtItsLeave(bool hasMore)
    {
        _two.Receive(_three.Write("x", "1"));
        _two.Ask<Leaving>(tag => new LeaveRequest(tag));
        if (hasMore)
        {
            _two.Receive(_three.Write("y", "2"));
        }

        _one.Ask<Evicting>(tag => new EvictRequest(tag, Three, IsForced: false));
        _one.Step(new SnapshotArrived(_two.Id, _two.State));

        Assert.Equal(!hasMore, _one.Output.IsInstall);
        Assert.Equal(hasMore ? null : "1", _one.Read("x"));

        _one.Step(new SnapshotArrived(_two.Id, _two.Core.Snapshot)); // what it gives: itself at its leave
        Assert.Equal(("1", null), (_one.Read("x"), _one.Read("y")));
    }

    [Fact]
    public void Intent_ThatComesWithASnapshot_DropsWhatWaitsOfTheDead()
    {
        _three.Write("x", "1");
        _one.Receive(_three.Write("y", "2"));
        Assert.Equal(1, _one.Core.PendingCount);
        _two.Ask<Evicting>(tag => new EvictRequest(tag, Three, IsForced: false));

        _one.Step(new SnapshotArrived(_two.Id, _two.State));

        Assert.Equal(0, _one.Core.PendingCount);
        Assert.Equal(_three.Log[^1].Dot, Assert.Single(_one.Events(ReplicaEventKind.Drop)).Dot);
    }

    private static (MemberStatus Status, long Final) End(TestReplica replica) =>
        (replica.State.Members.Find(Three)!.Status, replica.State.Members.Find(Three)!.Final);
}
