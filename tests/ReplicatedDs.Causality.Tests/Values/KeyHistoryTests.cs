using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Tests.Values;

/// <summary>Spaces stay what they were although states are changed in place.</summary>
public class KeyHistoryTests
{
    private static KeyState State(long number, int bytes = 0) =>
        KeyState.Of([new KeyVersion(new Dot(1, number), default, VersionKind.Register, new byte[bytes], null)]);

    /// <summary>A small value that wins, and a large one beside it.</summary>
    private static KeyState Conflict(long number, int bytes) => KeyState.Of(
        [
            new KeyVersion(new Dot(1, number), new HybridTimestamp(2), VersionKind.Tombstone, default, null),
            new KeyVersion(new Dot(2, number), new HybridTimestamp(1), VersionKind.Register, new byte[bytes], null),
        ]);

    private static string Name(int index) => index.ToString("d5", CultureInfo.InvariantCulture);

    private static KeySpace Filled(int keys, int bytes = 0)
    {
        var builder = KeySpace.Empty.ToBuilder();
        for (var i = 0; i < keys; i++)
        {
            builder.Set(Name(i), State(1, bytes));
        }

        return builder.ToKeySpace();
    }

    /// <summary>
    /// Any steps from any space that was ever given out: the newest, older ones, those beside a builder that never ended, and copies with other states; with
    /// keys that are found ahead, or not. Each stays what a dictionary of its own says.
    /// </summary>
    [Theory]
    [InlineData(1, 20, 3)]
    [InlineData(2, 300, 40)]
    [InlineData(3, 300, 3_000)]
    [InlineData(4, 5_000, 600)]
    [InlineData(5, 60, 1)]
    public void Spaces_GoneOnFromInAnyOrder_StayAsTheyWere(int seed, int range, int changesMax)
    {
        var random = new Random(seed);
        var kept = new List<(KeySpace Space, ImmutableSortedDictionary<string, KeyState> Expected)>
        {
            (KeySpace.Empty, ImmutableSortedDictionary.Create<string, KeyState>(StringComparer.Ordinal)),
        };
        var number = 0L;
        for (var step = 0; step < 600; step++)
        {
            var (space, before) = random.Next(4) == 0 ? kept[random.Next(kept.Count)] : kept[^1];
            var expected = before;
            var builder = space.ToBuilder();
            var changes = new List<KeyValuePair<string, KeyState>>();
            string[] known = [.. Enumerable.Range(0, Math.Min(range, 40)).Select(_ => Name(random.Next(range)))];
            string[] keys = [.. Enumerable.Range(0, random.Next(changesMax + 1)).Select(_ => random.Next(3) == 0 ? known[random.Next(known.Length)] : Name(random.Next(range)))];
            var ahead = random.Next(2) == 0 ? new KeyLookahead() : null;
            for (var i = 0; i < keys.Length; i++)
            {
                if (ahead is not null && (i == 0 || random.Next(25) == 0))
                {
                    // Some are not added, and more than all that are changed before the next time.
                    ahead.Clear();
                    keys[i..].Where(_ => random.Next(5) > 0).Take(random.Next(2 * KeyLookahead.Max)).ToList().ForEach(ahead.Add);
                    builder.LookAhead(ahead);
                }

                var key = keys[i];
                Assert.Same(expected.GetValueOrDefault(key), builder.Find(key));
                var other = keys[random.Next(keys.Length)];
                Assert.Same(expected.GetValueOrDefault(other), builder.Find(other));
                if (random.Next(60) == 0)
                {
                    kept.Add((builder.ToKeySpace(), expected));
                }

                if (random.Next(8) == 0)
                {
                    continue;
                }

                var state = random.Next(10) == 0 ? null : State(++number);
                builder.Put(key, state);
                expected = state is null ? expected.Remove(key) : expected.SetItem(key, state);
                Assert.Same(state, builder.Find(key));
                if (state is not null)
                {
                    changes.Add(KeyValuePair.Create(key, state));
                }
            }

            switch (random.Next(8))
            {
                case 0: // given up
                    break;
                case 2:
                    _ = builder.ToKeySpace();
                    kept.Add((space.Resume(), before));
                    break;
                case 1:
                    kept.Add((space.With(changes), before.SetItems(changes)));
                    break;
                default:
                    kept.Add((builder.ToKeySpace(), expected));
                    break;
            }

            while (kept.Count > 12)
            {
                kept.RemoveAt(random.Next(kept.Count - 1));
            }

            foreach (var one in step % 20 == 0 ? kept : [kept[^1], kept[random.Next(kept.Count)]])
            {
                Assert.Equal(one.Expected.Count, one.Space.Count);
                Assert.True(one.Expected.SequenceEqual(one.Space.All));
                var key = Name(random.Next(range));
                Assert.Same(one.Expected.GetValueOrDefault(key), one.Space.Find(key));
                string[] together = [.. Enumerable.Range(0, random.Next(100)).Select(_ => Name(random.Next(range)))];
                var found = new KeyState?[together.Length];
                one.Space.Find(together, found);
                Assert.Equal(together.Select(name => one.Expected.GetValueOrDefault(name)), found);
            }
        }
    }

    /// <summary>
    /// One writer, and readers of whatever is published and of what they keep for long. The key at i is written in each step that i + 1 divides, so each
    /// step's number tells all that its space holds. Every seventh step fails and is made again from the space before it.
    /// </summary>
    [Fact]
    public async Task Readers_BesideAWriter_SeeEachSpaceWhole()
    {
        const int Keys = 400;
        const int Steps = 12_000;
        (long Step, KeySpace Space) published = (1, Filled(Keys));
        var box = new StrongBox<(long Step, KeySpace Space)>(published);
        var isDone = false;
        var reads = 0L;

        void Read()
        {
            var random = new Random(1);
            var old = new List<(long Step, KeySpace Space)>();
            do
            {
                StrongBox<(long Step, KeySpace Space)> now = Volatile.Read(ref box);
                old.Add(now.Value);
                if (old.Count > 30)
                {
                    old.RemoveAt(random.Next(30));
                }

                for (var i = 0; i < 50; i++)
                {
                    var (step, space) = i < 25 ? now.Value : old[random.Next(old.Count)];
                    var key = random.Next(4) == 0 ? 0 : random.Next(Keys);
                    Assert.Equal(Expected(step, key), space.Find(Name(key))!.Winner.Dot.Counter);
                }

                var (whole, all) = old[random.Next(old.Count)];
                var index = 0;
                foreach (var (key, state) in all.All)
                {
                    Assert.Equal(Name(index), key);
                    Assert.Equal(Expected(whole, index++), state.Winner.Dot.Counter);
                }

                Assert.Equal(Keys, index);
                Interlocked.Add(ref reads, Keys + 50);
            }
            while (!Volatile.Read(ref isDone));
        }

        static long Expected(long step, int key) => Math.Max(1, step / (key + 1) * (key + 1));

        KeySpace Next(KeySpace space, long step, long number)
        {
            var builder = space.ToBuilder();
            for (var i = 0; i < Keys; i++)
            {
                if (step % (i + 1) == 0)
                {
                    builder.Set(Name(i), State(number));
                }
            }

            return builder.ToKeySpace();
        }

        Task[] readers = [Task.Run(Read), Task.Run(Read)];
        for (var step = 2L; step <= Steps; step++)
        {
            var space = box.Value.Space;
            if (step % 7 == 0)
            {
                _ = Next(space, step, long.MaxValue - step);
                space = step % 2 == 0 ? space.Resume() : space;
            }

            if (step % 997 == 0)
            {
                space.ToBuilder().Set(Name(9), State(long.MaxValue)); // and never ends
            }

            Volatile.Write(ref box, new((step, Next(space, step, step))));
        }

        Volatile.Write(ref isDone, true);
        await Task.WhenAll(readers);
        Assert.True(reads > 0);
        Assert.True(box.Value.Space.All.Select((entry, index) => entry.Value.Winner.Dot.Counter == Expected(Steps, index)).All(one => one));
    }

    /// <summary>The readers' only chance of a wrong state is while one place is being changed: here it always is.</summary>
    [Fact]
    public async Task Reader_OfTheKeyThatIsBeingWritten_SeesWhatItsSpaceHas()
    {
        const int Steps = 400_000;
        var space = Filled(1);
        StrongBox<(long Step, KeySpace Space)> published = new((1, space));

        long Read()
        {
            var wrong = 0L;
            while (true)
            {
                var (step, now) = Volatile.Read(ref published).Value;
                wrong += now.Find(Name(0))!.Winner.Dot.Counter == step ? 0 : 1;
                if (step == Steps)
                {
                    return wrong;
                }
            }
        }

        Task<long>[] readers = [Task.Run(Read), Task.Run(Read)];
        for (var step = 2L; step <= Steps; step++)
        {
            space = With(space, Name(0), State(step));
            Volatile.Write(ref published, new((step, space)));
        }

        var wrong = await Task.WhenAll(readers);
        Assert.Equal(0, wrong.Sum());
    }

    /// <summary>An old space that is kept keeps what it holds, and of what was written later only a bounded part.</summary>
    [Theory]
    [InlineData(10, 10, 20_000, false)]
    [InlineData(1 << 20, 1 << 20, 150, false)]
    [InlineData(1 << 20, 1 << 20, 150, true)]
    [InlineData(0, 1 << 20, 150, false)]
    public void OldSpace_ThatIsKept_KeepsLittleOfWhatCameLater(int oldBytes, int bytes, int steps, bool isConflict)
    {
        var old = Filled(40, oldBytes);
        var (last, written) = Write(old, steps, number => isConflict ? Conflict(number, bytes) : State(number, bytes));
        GC.Collect();
        GC.Collect();
        var alive = written.Count(state => state.TryGetTarget(out _));
        Assert.InRange(alive, 40, bytes > 1_000 ? 40 + 32 + 32 : 40 + 4_096 + 4_096); // those of the newest space, and of two histories
        Assert.All(old.All, entry => Assert.Equal(1, entry.Value.Winner.Dot.Counter));
        Assert.Equal(40, last.Count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (KeySpace Last, List<WeakReference<KeyState>> Written) Write(KeySpace space, int steps, Func<long, KeyState> stateOf)
    {
        var written = new List<WeakReference<KeyState>>(steps);
        for (var i = 0; i < steps; i++)
        {
            var state = stateOf(i + 2);
            written.Add(new WeakReference<KeyState>(state));
            space = With(space, Name(i % 40), state);
        }

        return (space, written);
    }

    /// <summary>Also where the history has the leaf for the sake of another key, and an earlier state of the set.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LargeSet_ThatIsDeleted_IsKeptForAStepAtMost(bool isInHistory)
    {
        var (space, members) = DeleteSet(isInHistory);
        GC.Collect();
        GC.Collect();
        Assert.False(members.TryGetTarget(out _));
        Assert.Equal(VersionKind.Tombstone, space.Find("set")!.Winner.Kind);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (KeySpace Space, WeakReference<KeyState> Set) DeleteSet(bool isInHistory)
    {
        var members = MemberSet.Empty;
        for (var i = 1; i <= 200_000; i++)
        {
            members = members.Add(Name(i), new Dot(1, i), VectorClock.Empty);
        }

        KeyState Set() => KeyState.Of([new KeyVersion(new Dot(1, 1), default, VersionKind.Set, default, null)], null, members);
        var (set, other) = (Set(), Name(99));
        var space = With(Filled(100), "set", set);
        if (isInHistory)
        {
            space = With(With(With(space, other, State(2)), "set", Set()), other, State(3));
        }

        space = With(space, "set", KeyState.Of([new KeyVersion(new Dot(1, 300_000), default, VersionKind.Tombstone, default, null)]));
        return (isInHistory ? With(space, other, State(4)) : space, new WeakReference<KeyState>(set));
    }

    private static KeySpace With(KeySpace space, string key, KeyState state)
    {
        var builder = space.ToBuilder();
        builder.Set(key, state);
        return builder.ToKeySpace();
    }

    /// <summary>A large value is not put into the history, but the leaf that it was in may be there for the sake of a small one.</summary>
    [Fact]
    public void LargeValue_BesideASmallOneThatIsChanged_IsNotKeptForLong()
    {
        var (last, written) = WriteBoth();
        GC.Collect();
        GC.Collect();
        Assert.InRange(written.Count(state => state.TryGetTarget(out _)), 1, 12);
        Assert.Equal(2, last.Count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (KeySpace Last, List<WeakReference<KeyState>> Written) WriteBoth()
    {
        var (space, written) = (Filled(2), new List<WeakReference<KeyState>>());
        for (var i = 0; i < 60; i++)
        {
            var large = State(i + 2, 5 << 20);
            written.Add(new WeakReference<KeyState>(large));
            space = With(With(space, Name(0), State(i + 2)), Name(1), large);
        }

        return (space, written);
    }

    /// <summary>As while the disk is full: one step after another is made and taken back.</summary>
    [Theory]
    [InlineData(10, 1_000, 20_000)]
    [InlineData(2_500, 30, 300_000)]
    public void Resume_AfterEachOfManyStepsThatFail_CostsWhatTheStepChanged(int changes, int steps, int bytesMax)
    {
        var published = Filled(20_000);
        var space = published;
        var names = Enumerable.Range(0, 20_000).Select(Name).ToList();
        Fail(0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i <= steps; i++)
        {
            Fail(i);
        }

        var perStep = (GC.GetAllocatedBytesForCurrentThread() - before) / steps;
        Assert.InRange(perStep, 0, bytesMax); // a copy of all would be more than 600 KB
        Assert.All(published.All.Concat(space.All), entry => Assert.Equal(1, entry.Value.Winner.Dot.Counter));

        void Fail(int seed)
        {
            var (start, state) = (new Random(seed).Next(20_000 - changes), State(2 + seed));
            var builder = space.ToBuilder();
            for (var i = 0; i < changes; i++)
            {
                builder.Set(names[start + i], state);
            }

            builder.Set(Name(5), state);
            Assert.Equal(2 + seed, builder.ToKeySpace().Find(Name(5))!.Winner.Dot.Counter);
            space = space.Resume();
            Assert.Equal(1, space.Find(Name(5))!.Winner.Dot.Counter);
        }
    }

    [Fact]
    public void OneKey_WrittenOftenInOneStep_IsKeptOnce()
    {
        var (space, old, states) = (Filled(10), new List<KeySpace>(), new[] { State(1), State(2) });
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < 2; step++)
        {
            var builder = space.ToBuilder();
            for (var i = 0; i < 4_000; i++)
            {
                builder.Set("00003", states[i % 2]);
            }

            space = builder.ToKeySpace();
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40_000); // what is kept lies in pieces of 24 KB for 1,024 changes
        for (var step = 0; step < 100; step++)
        {
            old.Add(space);
            var builder = space.ToBuilder();
            for (var i = 0; i < 1_000; i++)
            {
                builder.Set(Name(3), State((step * 1_000) + i + 2));
            }

            space = builder.ToKeySpace();
        }

        Assert.All(old.Skip(1).Select((one, index) => (one, index)), pair => Assert.Equal((pair.index * 1_000) + 1_001, pair.one.Find(Name(3))!.Winner.Dot.Counter));
    }

    [Fact]
    public void Write_OfAKeyThatIsThere_CopiesNoLeaf()
    {
        var (space, names, states) = (Filled(10_000), Enumerable.Range(0, 1_000).Select(Name).ToList(), new[] { State(2), State(3) });
        for (var i = 0; i < 9_000; i++)
        {
            space = With(space, names[i % 1_000], states[i / 1_000 % 2]); // now all leaves are of the running history
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            space = With(space, names[i], states[1]);
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 1_000, 0, 400); // a leaf and the branches above it are more than 1 KB
    }
}
