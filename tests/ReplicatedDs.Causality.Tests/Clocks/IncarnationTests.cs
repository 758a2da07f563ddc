using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Tests.Clocks;

public class IncarnationTests
{
    [Fact]
    public void TryParse_OfWhatToStringWrites_GivesItBack()
    {
        var incarnation = new Incarnation(new UInt128(0x0123456789abcdef, 0xfedcba9876543210));
        Assert.Equal("0123456789abcdeffedcba9876543210", incarnation.ToString());
        Assert.True(Incarnation.TryParse(incarnation.ToString(), out var parsed));
        Assert.Equal(incarnation, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0123456789abcdeffedcba987654321")]
    [InlineData("0123456789abcdeffedcba98765432100")]
    [InlineData("0123456789abcdeffedcba987654321g")]
    [InlineData(" 123456789abcdeffedcba9876543210")]
    [InlineData("-123456789abcdeffedcba9876543210")]
    public void TryParse_OfAnythingElse_Refuses(string text)
    {
        Assert.False(Incarnation.TryParse(text, out var parsed));
        Assert.Equal(default, parsed);
    }
}
