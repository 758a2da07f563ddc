using FsCheck;
using FsCheck.Fluent;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Tests.Wire;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Tests.Values;

public class KeyStateJoinTests
{
    private static readonly KeyVersion Value = new(new Dot(1, 1), new HybridTimestamp(1), false, new byte[] { 1 }, null);
    private static readonly KeyVersion Tombstone = new(new Dot(2, 1), new HybridTimestamp(2), true, default, null);
    private static readonly KeyVersion Later = new(new Dot(3, 1), new HybridTimestamp(3), false, new byte[] { 3 }, null);

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

    /// <summary>Whatever was delivered, collected and joined in whatever order: each state is that of a replay, up to what is collected later.</summary>
    [Fact]
    public void CollectAndJoin_InAnyHistory_GiveWhatTheWritesGive() => ForAnyHistory(history =>
        Enumerable.Range(0, history.Replicas).All(replica =>
        {
            var stable = history.Stable(replica);
            return Same(history.State(replica)?.Collect(stable), history.Replay(history.Delivered(replica))?.Collect(stable));
        }));

    [Fact]
    public void Collect_InAnyHistory_ChangesNoRead() => ForAnyHistory(history =>
        Enumerable.Range(0, history.Replicas).All(replica =>
        {
            var (actual, expected) = (history.State(replica), history.Replay(history.Delivered(replica)));
            return (actual?.IsPresent ?? false) == (expected?.IsPresent ?? false)
                && (actual is not { IsPresent: true } || actual.Winner.Dot == expected!.Winner.Dot);
        }));

    [Fact]
    public void Join_InAnyHistory_IsCommutativeAssociativeAndIdempotent() => ForAnyHistory(history =>
    {
        var states = Enumerable.Range(0, 3).Select(replica => (State: history.State(replica), Delivered: history.Delivered(replica))).ToArray();
        var (a, b, c) = (states[0], states[1], states[2]);
        return Same(Join(a, b).State, Join(b, a).State)
            && Same(Join(Join(a, b), c).State, Join(a, Join(b, c)).State)
            && ReferenceEquals(Join(a, a).State, a.State)
            && Same(Join(Join(a, b), b).State, Join(a, b).State);
    });

    private static (KeyState? State, VectorClock Delivered) Join(
        (KeyState? State, VectorClock Delivered) mine, (KeyState? State, VectorClock Delivered) theirs) =>
        (KeyState.Join(mine.State, mine.Delivered, theirs.State, theirs.Delivered), mine.Delivered.Merge(theirs.Delivered));

    private static bool Same(KeyState? left, KeyState? right) =>
        (left is null ? "" : Samples.Describe(left)) == (right is null ? "" : Samples.Describe(right));

    private static void ForAnyHistory(Func<KeyHistory, bool> holds) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var history = new KeyHistory(replicas: 3, seed);
            history.Run(steps: 40);
            return holds(history);
        }));
}
