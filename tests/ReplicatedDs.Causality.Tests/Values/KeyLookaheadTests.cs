using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Tests.Values;

/// <summary>What was found ahead is where the tree has it, whatever became of the tree since.</summary>
public class KeyLookaheadTests
{
    private readonly KeyLookahead _ahead = new();
    private long _number;

    private static string Name(int index) => index.ToString("d6", CultureInfo.InvariantCulture);

    private KeyState State() => KeyState.Of([new KeyVersion(new Dot(1, ++_number), default, VersionKind.Register, default, null)]);

    private KeySpace Filled(IEnumerable<int> indexes)
    {
        var builder = KeySpace.Empty.ToBuilder();
        foreach (var index in indexes)
        {
            builder.Set(Name(index), State());
        }

        return builder.ToKeySpace();
    }

    /// <summary>
    /// A key that was removed was the first of its leaf. When the branch above splits there, the key must not begin to belong to the leaf before: nothing has
    /// replaced the one that it was found in.
    /// </summary>
    [Fact]
    public void Set_OfAKeyThatWasRemovedAtTheEdgeOfASplitBranch_ReplacesTheLeafItWasFoundIn()
    {
        var builder = Filled(Enumerable.Range(0, 1024).Select(index => 2 * index)).ToBuilder(); // 32 full leaves under one branch, which is full too
        builder.Remove(Name(1024));
        builder = builder.ToKeySpace().ToBuilder();
        var (split, removed, before) = (Name(1301), Name(1024), Name(1022));
        LookAhead(builder, split, removed, before);
        builder.Set(split, State());
        builder.Set(removed, State());
        var state = State();
        builder.Set(before, state);

        Assert.Same(state, builder.Find(before));
        Assert.Same(state, builder.ToKeySpace().Find(before));
    }

    [Fact]
    public void Find_OfAKeyThatIsSetUnderAnEqualName_IsThatState()
    {
        var builder = Filled(Enumerable.Range(0, 1024).Select(index => 2 * index)).ToBuilder();
        builder.Remove(Name(1024));
        builder = builder.ToKeySpace().ToBuilder();
        var (split, removed) = (Name(1301), Name(1024));
        LookAhead(builder, split, removed);
        builder.Set(split, State());
        var state = State();
        builder.Set(Name(1024), state);
        Assert.Same(state, builder.Find(removed));
    }

    /// <summary>Keys that lie close together, so that leaves and branches split and are left under those that were found; with removals between.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Changes_OfKeysFoundTogether_AreWhatASortedDictionaryIs(int seed)
    {
        const int Range = 12_000;
        var random = new Random(seed);
        var expected = new SortedDictionary<string, KeyState>(StringComparer.Ordinal);
        var space = KeySpace.Empty;
        for (var step = 0; step < 1_500; step++)
        {
            var builder = space.ToBuilder();
            if (step % 3 == 0)
            {
                for (var i = 0; i < 40; i++)
                {
                    Change(builder, Name(random.Next(Range)), null);
                }
            }
            else
            {
                var (from, width) = (random.Next(Range), random.Next(10, 400));
                string[] keys = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => Name(from + random.Next(width)))];
                LookAhead(builder, keys);
                for (var i = 0; i < keys.Length; i++)
                {
                    var key = keys[random.Next(3) == 0 ? random.Next(keys.Length) : i];
                    Assert.Same(expected.GetValueOrDefault(key), builder.Find(key));
                    Change(builder, random.Next(6) == 0 ? new string(key.AsSpan()) : key, State());
                    Assert.Same(expected[key], builder.Find(key));
                }
            }

            space = builder.ToKeySpace();
            Assert.Equal(expected.Count, space.Count);
            if (step % 100 == 99)
            {
                Assert.Equal(expected, space.All);
            }
        }

        void Change(KeySpace.Builder builder, string key, KeyState? state)
        {
            builder.Put(key, state);
            if (state is null)
            {
                expected.Remove(key);
            }
            else
            {
                expected[key] = state;
            }
        }
    }

    private void LookAhead(KeySpace.Builder builder, params string[] keys)
    {
        _ahead.Clear();
        Array.ForEach(keys, _ahead.Add);
        builder.LookAhead(_ahead);
    }
}
