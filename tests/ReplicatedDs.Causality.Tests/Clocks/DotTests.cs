using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Tests.Clocks;

public class DotTests
{
    [Theory]
    [InlineData("2#17", 2, 17)]
    [InlineData("1#1", 1, 1)]
    [InlineData("2147483647#9223372036854775807", int.MaxValue, long.MaxValue)]
    public void TryParse_OfADot_ReadsItAndWritesItBack(string text, int replica, long counter)
    {
        Assert.True(Dot.TryParse(text, out var dot));
        Assert.Equal(new Dot(replica, counter), dot);
        Assert.Equal(text, dot.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("#")]
    [InlineData("2")]
    [InlineData("2#")]
    [InlineData("#17")]
    [InlineData("0#1")]
    [InlineData("1#0")]
    [InlineData("01#1")]
    [InlineData("1#01")]
    [InlineData("+1#1")]
    [InlineData("1#-1")]
    [InlineData(" 1#1")]
    [InlineData("1#1 ")]
    [InlineData("1#1#1")]
    [InlineData("1,0#1")]
    [InlineData("2147483648#1")]
    [InlineData("1#9223372036854775808")]
    [InlineData("r2#17")]
    [InlineData("٢#1")]
    public void TryParse_OfAnythingElse_Refuses(string text)
    {
        Assert.False(Dot.TryParse(text, out var dot));
        Assert.Equal(default, dot);
    }

    [Fact]
    public void TryParse_OfNumbersThatEndInNul_Refuses()
    {
        // The framework's own parsers let them pass.
        Assert.False(Dot.TryParse("1#1\0", out _));
        Assert.False(Dot.TryParse("1\0#1", out _));
    }

    [Fact]
    public void CompareTo_OfDots_OrdersByReplicaThenCounter()
    {
        Dot[] ordered = [new(1, 2), new(1, 10), new(2, 1), new(10, 1)];
        Assert.Equal(ordered, ordered.Reverse().Order());
        Assert.True(ordered[0] < ordered[1] && ordered[2] > ordered[1] && ordered[1] <= ordered[1] && ordered[3] >= ordered[2]);
    }
}
