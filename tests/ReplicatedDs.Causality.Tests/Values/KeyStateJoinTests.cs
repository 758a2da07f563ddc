using FsCheck;
using FsCheck.Fluent;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Tests.Wire;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Tests.Values;

public class KeyStateJoinTests
{
    private static readonly KeyVersion Value = new(new Dot(1, 1), new HybridTimestamp(1), VersionKind.Register, new byte[] { 1 }, null);
    private static readonly KeyVersion Tombstone = new(new Dot(2, 1), new HybridTimestamp(2), VersionKind.Tombstone, default, null);
    private static readonly KeyVersion Later = new(new Dot(3, 1), new HybridTimestamp(3), VersionKind.Register, new byte[] { 3 }, null);

    [Fact]
    public void Collect_AWinningTombstone_WaitsUntilAllSiblingsAreStable()
    {
        var state = KeyState.Of([Value, Tombstone]);
        Assert.True(state.IsCollectable);
        Assert.Same(state, state.Collect(VectorClock.Of((1, 1))));
        Assert.Same(state, state.Collect(VectorClock.Of((2, 1))));
        Assert.Null(state.Collect(VectorClock.Of((1, 1), (2, 1))));
    }

    [Fact]
    public void Collect_ABeatenTombstone_DropsItAlone()
    {
        var state = KeyState.Of([Value, Tombstone, Later]);
        Assert.Same(state, state.Collect(VectorClock.Of((1, 1), (3, 1))));
        var collected = state.Collect(VectorClock.Of((2, 1)))!;
        Assert.Equal([Later.Dot, Value.Dot], collected.Versions.Select(version => version.Dot));
        Assert.False(collected.IsCollectable);
    }

    [Fact]
    public void Join_OfAnEntryThatOneSideLacks_KeepsItOnlyIfThatSideHasNotHeardOfIt()
    {
        var has = KeyState.Of([Value]);
        Assert.Null(KeyState.Join(has, VectorClock.Of((1, 1)), null, VectorClock.Of((1, 1))));
        Assert.Null(KeyState.Join(null, VectorClock.Of((1, 1)), has, VectorClock.Of((1, 1))));
        Assert.Same(has, KeyState.Join(has, VectorClock.Of((1, 1)), null, VectorClock.Empty));
        Assert.Equal([Value.Dot], KeyState.Join(null, VectorClock.Empty, has, VectorClock.Of((1, 1)))!.Versions.Select(version => version.Dot));
    }

    [Fact]
    public void Join_WithWhatIsNewerOnBothSides_KeepsBoth()
    {
        var joined = KeyState.Join(KeyState.Of([Value]), VectorClock.Of((1, 1)), KeyState.Of([Tombstone]), VectorClock.Of((2, 1)))!;
        Assert.Equal([Tombstone.Dot, Value.Dot], joined.Versions.Select(version => version.Dot));
    }

    /// <summary>Whatever was delivered, collected and joined in whatever order: each state reads as what the delivered updates say.</summary>
    [Fact]
    public void CollectAndJoin_InAnyHistory_ReadAsTheUpdatesSay() => ForAnyHistory(history =>
        Enumerable.Range(0, history.Replicas).All(replica => Same(
            KeyModel.Read(history.State(replica)), KeyModel.Read(history.Updates, history.Delivered(replica)))));

    /// <summary>Beside what a read shows: nothing is left behind or lost by collecting and joining that a replay would not leave.</summary>
    [Fact]
    public void CollectAndJoin_InAnyHistory_LeaveWhatAReplayLeaves() => ForAnyHistory(history =>
        Enumerable.Range(0, history.Replicas).All(replica =>
        {
            var delivered = history.Delivered(replica);
            var replayed = history.Replay(delivered);
            var stable = history.Stable(replica);
            return Same(Describe(history.State(replica)?.Collect(stable)), Describe(replayed?.Collect(stable)))
                && Same(KeyModel.Read(replayed), KeyModel.Read(history.Updates, delivered));
        }));

    [Fact]
    public void Join_InAnyHistory_IsCommutativeAssociativeAndIdempotent() => ForAnyHistory(history =>
    {
        var states = Enumerable.Range(0, 3).Select(replica => (State: history.State(replica), Delivered: history.Delivered(replica))).ToArray();
        var (a, b, c) = (states[0], states[1], states[2]);
        return Same(Exact(Join(a, b).State), Exact(Join(b, a).State))
            && Same(Exact(Join(Join(a, b), c).State), Exact(Join(a, Join(b, c)).State))
            && Same(Exact(Join(a, a).State), Exact(a.State))
            && Same(Exact(Join(Join(a, b), b).State), Exact(Join(a, b).State));
    });

    private static (KeyState? State, VectorClock Delivered) Join(
        (KeyState? State, VectorClock Delivered) mine, (KeyState? State, VectorClock Delivered) theirs) =>
        (KeyState.Join(mine.State, mine.Delivered, theirs.State, theirs.Delivered), mine.Delivered.Merge(theirs.Delivered));

    private static string Exact(KeyState? state) => state is null ? "" : Samples.Describe(state);

    /// <summary>A base may have come from who knows a later stable vector: of a counter only the sums have to be the same.</summary>
    private static string Describe(KeyState? state) => state is null ? "" : Samples.Describe(KeyState.Of(state.Versions, Summed(state.Counter), state.Members));

    private static Counter? Summed(Counter? counter) => counter is null ? null
        : Counter.Of(counter.Origins.Select(origin => OriginCount.Of(origin.Origin, 1, origin.Sum, [])));

    private static bool Same(string actual, string expected) => actual == expected
        ? true
        : throw new InvalidOperationException($"It is\n  {actual}\ninstead of\n  {expected}");

    private static void ForAnyHistory(Func<KeyHistory, bool> holds) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(1500),
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var history = new KeyHistory(replicas: 3, seed);
            history.Run(steps: 40);
            return holds(history);
        }));
}
