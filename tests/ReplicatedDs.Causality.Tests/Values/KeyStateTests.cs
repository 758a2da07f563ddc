using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Tests.Values;

public class KeyStateTests
{
    [Fact]
    public void Write_ThatCoversTheVersion_SupersedesIt()
    {
        var state = KeyState.Write(null, Version(1, 1, 10), VectorClock.Empty);
        state = KeyState.Write(state, Version(2, 1, 11), VectorClock.Of((1, 1)));
        Assert.Equal([new Dot(2, 1)], Dots(state));
    }

    [Fact]
    public void Write_ThatIsConcurrent_LeavesSiblingsWithTheLaterFirst()
    {
        var state = KeyState.Write(null, Version(1, 1, 10), VectorClock.Empty);
        state = KeyState.Write(state, Version(2, 1, 9), VectorClock.Empty);
        Assert.Equal([new Dot(1, 1), new Dot(2, 1)], Dots(state));
        Assert.Equal(new Dot(1, 1), state.Winner.Dot);
    }

    [Fact]
    public void Write_WithEqualTimestamps_LetsTheGreaterReplicaWin()
    {
        var state = KeyState.Write(null, Version(2, 5, 10), VectorClock.Empty);
        state = KeyState.Write(state, Version(1, 9, 10), VectorClock.Empty);
        Assert.Equal(new Dot(2, 5), state.Winner.Dot);
    }

    [Fact]
    public void Write_ThatCoversSomeSiblings_LeavesTheOthers()
    {
        var state = KeyState.Of([Version(1, 1, 10), Version(2, 1, 11), Version(3, 1, 12)]);
        state = KeyState.Write(state, Version(4, 1, 5), VectorClock.Of((1, 1), (3, 1)));
        Assert.Equal([new Dot(2, 1), new Dot(4, 1)], Dots(state));
    }

    [Fact]
    public void Write_TwiceInOneUpdate_KeepsTheLastOperation()
    {
        var state = KeyState.Write(null, Version(1, 2, 10, "first"), VectorClock.Of((1, 1)));
        state = KeyState.Write(state, Version(1, 2, 10, "second"), VectorClock.Of((1, 1)));
        Assert.Equal("second", Encoding.UTF8.GetString(Assert.Single(state.Versions).Value.Span));
    }

    [Fact]
    public void Tombstone_AsWinner_HidesTheKeyButKeepsTheSibling()
    {
        var state = KeyState.Write(null, Version(1, 1, 10), VectorClock.Empty);
        state = KeyState.Write(state, new KeyVersion(new Dot(2, 1), new HybridTimestamp(11), VersionKind.Tombstone, default, null), VectorClock.Empty);
        Assert.False(state.IsPresent);
        Assert.Equal(2, state.Versions.Length);
    }

    [Fact]
    public void Of_NothingOrADotTwice_Throws()
    {
        Assert.Throws<ArgumentException>(() => KeyState.Of([]));
        Assert.Throws<ArgumentException>(() => KeyState.Of([Version(1, 1, 10), Version(1, 1, 11)]));
    }

    /// <summary>Random writers that see random causally closed parts of the history; then two random causal orders of delivery.</summary>
    [Fact]
    public void Write_InAnyCausalOrder_GivesTheSameState() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var writes = History(new Random(seed));
            var first = Deliver(writes, new Random(seed + 1));
            var second = Deliver(writes, new Random(seed ^ 0x55555555));
            var expected = writes
                .Where(one => !writes.Exists(other => other.Context.Covers(one.Version.Dot)))
                .Select(one => one.Version).OrderDescending().Select(version => version.Dot);
            return Dots(first!).SequenceEqual(Dots(second!)) && Dots(first!).SequenceEqual(expected);
        }));

    private static List<(KeyVersion Version, VectorClock Context)> History(Random random)
    {
        var writes = new List<(KeyVersion, VectorClock)>();
        var seen = new[] { VectorClock.Empty, VectorClock.Empty, VectorClock.Empty };
        for (var i = 0; i < 12; i++)
        {
            var writer = random.Next(3);
            if (random.Next(2) == 0)
            {
                seen[writer] = seen[writer].Merge(seen[random.Next(3)]);
            }

            var dot = new Dot(writer + 1, seen[writer][new ReplicaId(writer + 1)] + 1);
            writes.Add((new KeyVersion(dot, new HybridTimestamp(random.Next(4)), random.Next(4) == 0 ? VersionKind.Tombstone : VersionKind.Register, default, null), seen[writer]));
            seen[writer] = seen[writer].With(dot);
        }

        return writes;
    }

    private static KeyState? Deliver(List<(KeyVersion Version, VectorClock Context)> writes, Random random)
    {
        KeyState? state = null;
        var delivered = VectorClock.Empty;
        var left = writes.ToList();
        while (left.Count > 0)
        {
            var ready = left.Where(one => delivered.Covers(one.Context)).ToList();
            var next = ready[random.Next(ready.Count)];
            left.Remove(next);
            state = KeyState.Write(state, next.Version, next.Context);
            delivered = delivered.With(next.Version.Dot);
        }

        return state;
    }

    private static KeyVersion Version(int replica, long counter, long timestamp, string value = "v") =>
        new(new Dot(replica, counter), new HybridTimestamp(timestamp), VersionKind.Register, Encoding.UTF8.GetBytes(value), null);

    private static Dot[] Dots(KeyState state) => [.. state.Versions.Select(version => version.Dot)];
}
