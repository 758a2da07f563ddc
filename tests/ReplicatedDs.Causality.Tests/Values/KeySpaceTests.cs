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
    public void Find_OfAnAbsentKey_IsNull() => Assert.Null(KeySpace.Empty.Find("a"));
}
