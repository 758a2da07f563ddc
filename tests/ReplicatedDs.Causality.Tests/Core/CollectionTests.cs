using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Tests.Core;

/// <summary>What is forgotten once it is stable, and what not before.</summary>
public class CollectionTests
{
    private readonly TestReplica _one = new(1, TestReplica.ClusterOf(3));
    private readonly TestReplica _two = new(2, TestReplica.ClusterOf(3));

    [Fact]
    public void Delete_OnceEverybodyHasIt_IsForgotten()
    {
        _one.Write("x", "1");
        var delete = Delete(_one, "x");
        _one.Hear(2, delete.Clock);
        _one.Pass(300);
        Assert.True(Assert.Single(_one.Versions("x")).IsTombstone);

        _one.Hear(3, delete.Clock);
        var collected = new List<string>();
        _one.Pass(300, () => collected.AddRange(_one.Output.Collected));
        collected.AddRange(_one.Output.Collected);

        Assert.Equal(["x"], collected);
        Assert.Null(_one.State.Keys.Find("x"));
        Assert.Equal(0, _one.Core.CollectableCount);
    }

    [Fact]
    public void Delete_WithASiblingThatNotEverybodyHas_IsKept()
    {
        _two.Unix -= 500_000; // so that the delete wins
        var sibling = _two.Write("x", "2");
        var delete = Delete(_one, "x");
        _one.Receive(sibling);
        _one.Hear(2, delete.Clock.With(sibling.Dot));
        _one.Hear(3, delete.Clock);
        _one.Pass(300);
        Assert.Equal(2, _one.Versions("x").Length);

        _one.Hear(3, delete.Clock.With(sibling.Dot));
        _one.Pass(300);
        Assert.Empty(_one.Versions("x"));
    }

    [Fact]
    public void Delete_AfterAStart_IsFoundAgain()
    {
        var delete = Delete(_one, "x");
        _one.Restart();
        _one.Hear(2, delete.Clock);
        _one.Hear(3, delete.Clock);
        _one.Pass(300);
        Assert.Null(_one.State.Keys.Find("x"));
    }

    [Fact]
    public void Delete_WhoseCollectionIsRolledBack_IsForgottenLater()
    {
        var delete = Delete(_one, "x");
        _one.Hear(2, delete.Clock);
        _one.Hear(3, delete.Clock);
        _one.Monotonic += 300_000;
        var output = _one.Core.Step([new WriteRequest(null, [TestReplica.Set("y", "1")], [])], _one.Now);
        Assert.Equal(["x"], output.Collected.AsEnumerable());

        _one.Core.Rollback();
        Assert.NotNull(_one.State.Keys.Find("x"));
        _one.Pass(300);
        Assert.Null(_one.State.Keys.Find("x"));
    }

    [Fact]
    public void Stable_CountsNothingOfOneThatIsNotSureOfItsFolder()
    {
        // 2 comes back on an older copy of its folder, without its second update, which 3 has, and takes x. That update does not depend on x.
        var three = new TestReplica(3, TestReplica.ClusterOf(3));
        var first = _two.Write("y", "1");
        _one.Hear(2, first.Clock);
        var second = _two.Write("y", "2");
        three.Receive(first, second);
        var x = _one.Write("x", "1");
        var old = first.Clock.With(x.Dot);
        _one.Receive(2, new Heartbeat(old, Paused: false) { IsVerifying = true });
        _one.Receive(first);
        _one.Hear(3, old.With(second.Dot));
        _one.Pass(500, () => _one.Receive(2, new Heartbeat(old, Paused: false) { IsVerifying = true }));
        Assert.False(_one.Core.Stable.Covers(x.Dot));

        _one.Hear(2, old);
        _one.Pass(500);
        Assert.True(_one.Core.Stable.Covers(x.Dot));
    }

    [Fact]
    public void Delete_WhileThereAreGuests_IsKeptUntilEveryMemberCallsItStable()
    {
        _one.Ask<Admitted>(tag => new GuestRequest(tag, new ReplicaId(4)));
        var delete = Delete(_one, "x");
        void HearBoth(VectorClock? stable)
        {
            foreach (var peer in (int[])[2, 3])
            {
                _one.Receive(peer, new Heartbeat(delete.Clock, false, 0, stable));
            }

            _one.Pass(300);
        }

        HearBoth(null);
        Assert.True(_one.Core.Stable.Covers(delete.Dot));
        Assert.NotNull(_one.State.Keys.Find("x"));
        HearBoth(delete.Dependencies);
        Assert.NotNull(_one.State.Keys.Find("x"));
        HearBoth(delete.Clock);
        Assert.Null(_one.State.Keys.Find("x"));
    }

    [Fact]
    public void Stable_WhileAGuestsUpdateWaits_IsNotAboveIt()
    {
        _one.Ask<Admitted>(tag => new GuestRequest(tag, new ReplicaId(4)));
        var seen = _one.State.Delivered;
        _one.Hear(2, seen);
        _one.Hear(3, seen);
        _one.Pass(300);
        var second = new Update(new Dot(4, 2), seen.With(new ReplicaId(4), 1), new HybridTimestamp(2), [TestReplica.Set("g", "2")]);
        _one.Ask<HandDelivered>(tag => new HandDelivery(tag, second));

        var x = _one.Write("x", "1");
        _one.Hear(2, x.Clock);
        _one.Hear(3, x.Clock);
        _one.Pass(300);

        Assert.False(_one.Core.Stable.Covers(x.Dot));
    }

    [Fact]
    public void Guest_AfterAStart_HasToDependOnWhatWasDeliveredThen()
    {
        // Before, others may have forgotten the delete on this replica's word; a process that starts no longer knows that it gave it.
        _one.Ask<Admitted>(tag => new GuestRequest(tag, new ReplicaId(4)));
        var admitted = _one.State.Delivered;
        Delete(_one, "x");
        var late = new Update(new Dot(4, 1), admitted, new HybridTimestamp(1), [TestReplica.Set("x", "late")]);
        _one.Restart();
        _one.Hear(2, _one.State.Delivered);
        _one.Hear(3, _one.State.Delivered);
        Assert.Equal(RefusalReason.Conflict, _one.Ask<Refused>(tag => new HandDelivery(tag, late)).Reason);
    }

    private static Update Delete(TestReplica at, string key)
    {
        var written = at.Ask<Written>(tag => new WriteRequest(tag, [new DeleteOperation(key)], []));
        return Assert.Single(at.Output.Append, update => update.Dot == written.Dot);
    }
}
