using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Tests.Core;

/// <summary>Writes that are sent again, to the same replica or to another one.</summary>
public class OperationIdTests
{
    private readonly TestReplica _one = new(1, TestReplica.ClusterOf(3));
    private readonly TestReplica _two = new(2, TestReplica.ClusterOf(3));
    private readonly TestReplica _three = new(3, TestReplica.ClusterOf(3));

    [Fact]
    public void Write_SentAgain_IsAnsweredWithTheFirstDotAndHappensOnce()
    {
        var first = Written(_one, "once", new IncrementOperation("n", 5));
        Written(_one, null, new IncrementOperation("n", 1));
        var again = Written(_one, "once", new IncrementOperation("n", 5));
        Assert.Equal((first.Dot, true, 6L), (again.Dot, again.IsRepeated, again.Effects[0]));
        Assert.Empty(_one.Output.Append);
    }

    [Fact]
    public void Write_SentAgainWhereItHasArrived_HappensOnce()
    {
        var first = Written(_one, "once", new IncrementOperation("n", 5));
        _two.Receive(_one.Log[^1]);
        Assert.Equal((first.Dot, true), (Written(_two, "once", new IncrementOperation("n", 5)).Dot, true));
        Assert.Equal(5, Count(_two));
    }

    [Fact]
    public void Write_ThatTwoReplicasTook_HappensOnceInWhicheverOrderTheyMeet()
    {
        Written(_one, "once", new IncrementOperation("n", 5), TestReplica.Set("x", "v"), new AddOperation("s", "a"));
        Written(_two, "once", new IncrementOperation("n", 5), TestReplica.Set("x", "v"), new AddOperation("s", "a"));
        var (a, b) = (_one.Log[^1], _two.Log[^1]);
        _one.Receive(b);
        _two.Receive(a);
        _three.Receive(b);
        _three.Receive(a);
        foreach (var replica in new[] { _one, _two, _three })
        {
            Assert.Equal(5, Count(replica));
            Assert.Equal([a.Dot], replica.State.Keys.Find("x")!.Dots.AsEnumerable());
            Assert.Equal([a.Dot], replica.State.Keys.Find("s")!.Members.All.Single().Value.AsEnumerable());
            Assert.Equal(a.Dot, Written(replica, "once", new IncrementOperation("n", 5), TestReplica.Set("x", "v"), new AddOperation("s", "a")).Dot);
        }
    }

    [Fact]
    public void Write_ThatTwoReplicasTook_HappensOnceWhereTheirStatesAreJoined()
    {
        Written(_one, "once", new IncrementOperation("n", 5), TestReplica.Set("x", "v"));
        Written(_one, null, TestReplica.Set("x", "later"));
        Written(_two, "once", new IncrementOperation("n", 5), TestReplica.Set("x", "v"));
        foreach (var (mine, theirs) in ((ReplicaState, ReplicaState)[])[(_one.State, _two.State), (_two.State, _one.State)])
        {
            var joined = StateJoin.Of(mine, theirs);
            Assert.Equal(5, joined.Keys.Find("n")!.Count);
            Assert.Equal([_one.Log[^1].Dot], joined.Keys.Find("x")!.Dots.AsEnumerable());
            Assert.Equal(2, joined.OperationIds.Count);
        }
    }

    [Fact]
    public void Write_UnderTheIdOfAnother_IsRefused()
    {
        Written(_one, "once", new IncrementOperation("n", 5));
        foreach (var other in new KeyOperation[] { new IncrementOperation("n", 6), new IncrementOperation("m", 5), TestReplica.Set("n", "5") })
        {
            Assert.Equal(RefusalReason.OperationIdReused, _one.Ask<Refused>(tag => new WriteRequest(tag, [other], [], OperationId: "once")).Reason);
        }
    }

    [Fact]
    public void Ids_OfOneWriteThatOneReplicaHadToPrepare_AreStillTheSame()
    {
        // Where the key was deleted the update begins with a delete; elsewhere it does not.
        Written(_one, null, new IncrementOperation("n", 1));
        _two.Receive(_one.Log[^1]);
        Written(_two, null, new DeleteOperation("n"));
        Written(_two, "once", new IncrementOperation("n", 5));
        Written(_one, "once", new IncrementOperation("n", 5));
        var late = _one.Log[^1];
        _one.Receive(_two.Log[^2]);
        _one.Receive(_two.Log[^1]);
        _two.Receive(late);
        Assert.Equal(Count(_one), Count(_two));
        Assert.Equal(5, Count(_one));
    }

    [Fact]
    public void Ids_AreForgottenWhenStableAndTenMinutesOld()
    {
        Written(_one, "once", new IncrementOperation("n", 5));
        var stable = _one.State.Delivered;
        void Hear()
        {
            _one.Hear(2, stable);
            _one.Hear(3, stable);
        }

        _one.Pass(1_000, Hear);
        Assert.True(_one.Core.Stable.Covers(stable), $"{_one.Core.Stable}");
        Assert.Equal(1, _one.State.OperationIds.Count);
        _one.Unix += 600_000_000;
        _one.Pass(1_000, Hear);
        Assert.Equal(0, _one.State.OperationIds.Count);
        Assert.False(Written(_one, "once", new IncrementOperation("n", 5)).IsRepeated);
        Assert.Equal(10, Count(_one));
    }

    [Fact]
    public void Ids_ThatAreNotStable_AreKeptHoweverOld()
    {
        Written(_one, "once", new IncrementOperation("n", 5));
        _one.Unix += 3_600_000_000;
        _one.Pass(1_000);
        Assert.True(Written(_one, "once", new IncrementOperation("n", 5)).IsRepeated);
    }

    private static Written Written(TestReplica replica, string? id, params KeyOperation[] operations) =>
        replica.Ask<Written>(tag => new WriteRequest(tag, [.. operations], [], OperationId: id));

    private static long Count(TestReplica replica) => replica.State.Keys.Find("n")!.Count;
}
