using ReplicatedDs.Cli.Printing;

namespace ReplicatedDs.Cli.Tests;

/// <summary>Lists of what is missing say what they leave out.</summary>
public class DotsTests
{
    [Theory]
    [InlineData("1#1", 1, null)]
    [InlineData("1#1, 1#2, 1#3, 1#4, 1#5", 5, 5L)]
    [InlineData("1#1, 1#2, 1#3, 1#4, 1#5 and 2 more", 7, null)]
    [InlineData("1#1, 1#2, 1#3, 1#4, 1#5 and 295 more", 100, 300L)]
    [InlineData("1#1, 1#2 and 1 more", 2, 3L)]
    public void Some_NamesTheFirst_AndCountsTheRest(string expected, int named, long? count) =>
        Assert.Equal(expected, Dots.Some([.. Enumerable.Range(1, named).Select(n => $"1#{n}")], count));
}
