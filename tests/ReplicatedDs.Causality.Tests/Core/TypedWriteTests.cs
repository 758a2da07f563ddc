using System.Text;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Tests.Core;

/// <summary>Counters, sets and updates of several keys: what a write may do, what it answers, and what concurrent ones become.</summary>
public class TypedWriteTests
{
    private readonly TestReplica _one = new(1, TestReplica.ClusterOf(3));
    private readonly TestReplica _two = new(2, TestReplica.ClusterOf(3));

    [Fact]
    public void Increment_OfConcurrentReplicas_AddsUpEverywhere()
    {
        var (a, b) = (Written(_one, new IncrementOperation("n", 3)), Written(_two, new IncrementOperation("n", 4)));
        Assert.Equal([3L, 4L], a.Effects.Concat(b.Effects));
        Exchange();
        Assert.All([_one, _two], replica => Assert.Equal((ValueKind.Counter, 7L, 1), (State(replica, "n").Kind, State(replica, "n").Count, State(replica, "n").SiblingCount)));
        Assert.Equal([9L], Written(_two, new IncrementOperation("n", 2)).Effects.AsEnumerable());
    }

    [Fact]
    public void Increment_OfAnIntegerRegister_CountsOnFromIt()
    {
        _one.Write("n", "40");
        Assert.Equal([42L], Written(_one, new IncrementOperation("n", 2)).Effects.AsEnumerable());
        Assert.Equal(("42", 1), (Encoding.ASCII.GetString(State(_one, "n").ToBytes().Span), State(_one, "n").SiblingCount));
    }

    [Fact]
    public void Set_ThatSawOneIncrementOfTwo_SupersedesThatOne()
    {
        Written(_one, new IncrementOperation("n", 1));
        Written(_two, new IncrementOperation("n", 10));
        _one.Write("n", "100");
        Exchange();
        Assert.All([_one, _two], replica => Assert.Equal(110, State(replica, "n").Count));
    }

    [Fact]
    public void Increment_OfADeletedKey_StartsAtZero()
    {
        Written(_one, new IncrementOperation("n", 5));
        Written(_one, new DeleteOperation("n"));
        Assert.Equal([1L], Written(_one, new IncrementOperation("n", 1)).Effects.AsEnumerable());
        Assert.Equal([typeof(DeleteOperation), typeof(IncrementOperation)], _one.Log[^1].Operations.Select(operation => operation.GetType()));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("1.5")]
    [InlineData("01")]
    [InlineData("+1")]
    [InlineData("")]
    public void Increment_OfARegisterThatIsNoInteger_IsRefused(string value)
    {
        _one.Write("n", value);
        Assert.Equal(new WrongType("n", ValueKind.Register), Ask<WrongType>(new IncrementOperation("n", 1)));
        Assert.Empty(_one.Output.Append);
    }

    [Fact]
    public void Increment_BeyondTheRange_IsRefusedAndChangesNothing()
    {
        Written(_one, new IncrementOperation("n", long.MaxValue));
        Assert.Equal(new Overflow("n"), Ask<Overflow>(new IncrementOperation("n", 1)));
        Assert.Equal([0L], Written(_one, new IncrementOperation("n", -long.MaxValue)).Effects.AsEnumerable());
    }

    [Fact]
    public void Increments_ThatOverflowOnlyTogether_StopAtTheLimitAndComeBack()
    {
        Written(_one, new IncrementOperation("n", long.MaxValue));
        Written(_two, new IncrementOperation("n", long.MaxValue));
        Exchange();
        Assert.Equal(long.MaxValue, State(_one, "n").Count);
        Written(_one, new IncrementOperation("n", -long.MaxValue));
        Assert.Equal([long.MaxValue - 1], Written(_one, new IncrementOperation("n", -1)).Effects.AsEnumerable());
    }

    [Fact]
    public void Add_WhileAnotherReplicaRemoves_Wins()
    {
        Written(_one, new AddOperation("s", "a"));
        Exchange();
        Written(_one, new RemoveOperation("s", "a"));
        Written(_two, new AddOperation("s", "a"));
        Exchange();
        Assert.All([_one, _two], replica => Assert.Equal(["a"], State(replica, "s").Members.Names));
    }

    [Fact]
    public void AddAndRemove_SayWhetherTheyChangedAnything()
    {
        Assert.Equal([1L, 0L, 1L], Written(_one, new AddOperation("s", "a"), new AddOperation("s", "a"), new AddOperation("s", "b")).Effects.AsEnumerable());
        Assert.Equal([1L, 0L], Written(_one, new RemoveOperation("s", "a"), new RemoveOperation("s", "never")).Effects.AsEnumerable());
        Assert.Equal(["b"], State(_one, "s").Members.Names);
        Written(_one, new RemoveOperation("s", "b"));
        Assert.False(State(_one, "s").IsPresent);
    }

    [Fact]
    public void Operations_OfAnotherType_AreRefused()
    {
        Written(_one, new AddOperation("s", "a"));
        Written(_one, new IncrementOperation("n", 1));
        _one.Write("r", "5");
        Assert.Equal(new WrongType("s", ValueKind.Set), Ask<WrongType>(new IncrementOperation("s", 1)));
        Assert.Equal(new WrongType("n", ValueKind.Counter), Ask<WrongType>(new AddOperation("n", "a")));
        Assert.Equal(new WrongType("r", ValueKind.Register), Ask<WrongType>(new RemoveOperation("r", "a")));
        Written(_one, TestReplica.Set("s", "now a register"));
        Assert.Equal(ValueKind.Register, State(_one, "s").Kind);
    }

    [Fact]
    public void Transaction_WithOneOperationThatIsRefused_ChangesNothing()
    {
        _one.Write("r", "text");
        Ask<WrongType>(TestReplica.Set("x", "1"), new IncrementOperation("r", 1));
        Assert.Null(_one.Read("x"));
        Assert.Empty(_one.Output.Append);
    }

    [Fact]
    public void Transaction_OfSeveralOperationsOnAKey_SeesItsOwn()
    {
        var written = Written(_one, TestReplica.Set("n", "5"), new IncrementOperation("n", 2), new DeleteOperation("x"), new DeleteOperation("n"), new IncrementOperation("n", 1));
        Assert.Equal([0L, 7L, 0L, 1L, 1L], written.Effects.AsEnumerable());
        Assert.Equal(1, State(_one, "n").Count);
        Exchange();
        Assert.Equal(1, State(_two, "n").Count);
    }

    [Fact]
    public void Condition_UnchangedSince_HoldsUntilAnythingChangesTheKey()
    {
        Written(_one, new AddOperation("s", "a"), new AddOperation("s", "b"));
        var seen = _one.State.Delivered;
        var condition = new WriteCondition("s", null) { UnchangedSince = seen };
        _one.Ask<Written>(tag => new WriteRequest(tag, [TestReplica.Set("other", "1")], [condition]));
        Written(_one, new RemoveOperation("s", "a"));
        _one.Ask<ConditionFailed>(tag => new WriteRequest(tag, [TestReplica.Set("other", "2")], [condition]));
    }

    private static Written Written(TestReplica replica, params KeyOperation[] operations) =>
        replica.Ask<Written>(tag => new WriteRequest(tag, [.. operations], []));

    private T Ask<T>(params KeyOperation[] operations)
        where T : RequestResult => _one.Ask<T>(tag => new WriteRequest(tag, [.. operations], []));

    private static KeyState State(TestReplica replica, string key) => replica.State.Keys.Find(key)!;

    private void Exchange()
    {
        foreach (var (from, to) in ((TestReplica, TestReplica)[])[(_one, _two), (_two, _one)])
        {
            foreach (var update in from.Log.Where(update => update.Origin == from.Id && !to.State.Delivered.Covers(update.Dot)).ToList())
            {
                to.Receive(update);
            }
        }
    }
}
