using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Tests.Values;

public class KeySpaceTests
{
    private static readonly KeyState Any = KeyState.Of([new KeyVersion(new Dot(1, 1), default, VersionKind.Register, default, null)]);

    [Fact]
    public void Builder_WhenItChanges_LeavesItsOriginAsItWas()
    {
        var builder = KeySpace.Empty.ToBuilder();
        builder.Set("a", Any);
        var before = builder.ToKeySpace();
        builder.Set("b", Any);
        builder.Remove("a");
        Assert.Equal(["a"], before.All.Select(entry => entry.Key));
        Assert.Equal(["b"], builder.ToKeySpace().All.Select(entry => entry.Key));
        Assert.Equal(0, KeySpace.Empty.Count);
    }

    [Fact]
    public void All_OfAnyKeys_IsOrderedByCodeUnits()
    {
        var builder = KeySpace.Empty.ToBuilder();
        foreach (var key in (string[])["b", "B", "a", "é", "a\0", "aa"])
        {
            builder.Set(key, Any);
        }

        Assert.Equal(["B", "a", "a\0", "aa", "b", "é"], builder.ToKeySpace().All.Select(entry => entry.Key));
    }

    [Fact]
    public void From_AnyKey_StartsThere()
    {
        var builder = KeySpace.Empty.ToBuilder();
        for (var i = 0; i < 2_000; i += 2)
        {
            builder.Set($"{i:d4}", Any);
        }

        var keys = builder.ToKeySpace();
        Assert.Equal(["1000", "1002"], keys.From("1000").Take(2).Select(entry => entry.Key));
        Assert.Equal(["1002", "1004"], keys.From("1001").Take(2).Select(entry => entry.Key));
        Assert.Equal(["1998"], keys.From("1997").Select(entry => entry.Key));
        Assert.Empty(keys.From("9"));
    }

    /// <summary>Keys that begin alike for long, end within each other, and hold the least and the greatest code units.</summary>
    [Theory]
    [InlineData(1, "ab", 9)]
    [InlineData(2, "\0a\uffff", 5)]
    [InlineData(3, "key:", 14)]
    [InlineData(4, "a", 1_000)]
    public void Find_OfKeysThatAreAlike_FindsEachAndNothingElse(int seed, string letters, int length)
    {
        var random = new Random(seed);
        var expected = new SortedDictionary<string, KeyState>(StringComparer.Ordinal);
        var builder = KeySpace.Empty.ToBuilder();
        string Draw() => (random.Next(2) == 0 ? "" : "a long beginning ") + new string(random.GetItems<char>(letters, random.Next(length)));
        for (var i = 0; i < 4_000; i++)
        {
            var key = Draw();
            expected[key] = KeyState.Of([new KeyVersion(new Dot(1, i + 1), default, VersionKind.Register, default, null)]);
            builder.Set(key, expected[key]);
            if (random.Next(3) == 0)
            {
                var gone = Draw();
                expected.Remove(gone);
                builder.Remove(gone);
            }
        }

        var keys = builder.ToKeySpace();
        Assert.Equal(expected, keys.All);
        for (var i = 0; i < 4_000; i++)
        {
            var key = Draw();
            Assert.Same(expected.GetValueOrDefault(key), keys.Find(key));
            if (i % 40 == 0)
            {
                Assert.Equal(expected.Where(entry => string.CompareOrdinal(entry.Key, key) >= 0), keys.From(key));
            }
        }
    }

    /// <summary>Against the framework's sorted dictionary, with more keys than fit into one node and more removals than insertions at times.</summary>
    [Theory]
    [InlineData(1, 50)]
    [InlineData(2, 3_000)]
    [InlineData(3, 40_000)]
    public void Builder_OfManyChanges_IsWhatASortedDictionaryIs(int seed, int range)
    {
        var random = new Random(seed);
        var expected = new SortedDictionary<string, KeyState>(StringComparer.Ordinal);
        var builder = KeySpace.Empty.ToBuilder();
        for (var i = 0; i < 60_000; i++)
        {
            var key = random.Next(range).ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (random.Next(10) < (i / 10_000 % 2 == 0 ? 3 : 7))
            {
                expected.Remove(key);
                builder.Remove(key);
            }
            else
            {
                var state = KeyState.Of([new KeyVersion(new Dot(1, i + 1), default, VersionKind.Register, default, null)]);
                expected[key] = state;
                builder.Set(key, state);
            }

            if (i % 5_000 == 0)
            {
                var keys = builder.ToKeySpace();
                Assert.Equal(expected.Count, keys.Count);
                Assert.True(expected.SequenceEqual(keys.All));
                var from = random.Next(range).ToString(System.Globalization.CultureInfo.InvariantCulture);
                Assert.Equal(
                    expected.Keys.Where(one => string.CompareOrdinal(one, from) >= 0).Take(9),
                    keys.From(from).Take(9).Select(entry => entry.Key));
                Assert.All(expected.Keys.Take(100), one => Assert.Same(expected[one], keys.Find(one)));
            }
        }

        foreach (var key in expected.Keys)
        {
            builder.Remove(key);
        }

        Assert.Equal((0, 0), (builder.ToKeySpace().Count, builder.ToKeySpace().All.Count()));
    }

    [Fact]
    public void Find_OfSeveralKeysWithoutAPlaceForEach_IsRefused() =>
        Assert.Throws<ArgumentException>(() => KeySpace.Empty.Find(["a", "b"], new KeyState?[1]));

    [Fact]
    public void Find_OfAnAbsentKey_IsNull() => Assert.Null(KeySpace.Empty.Find("a"));
}
