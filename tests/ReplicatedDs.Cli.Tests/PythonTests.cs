using ReplicatedDs.Cli.Show;

namespace ReplicatedDs.Cli.Tests;

public class PythonTests
{
    [Theory]
    [InlineData("x", "'x'")]
    [InlineData("it's", "\"it's\"")]
    [InlineData("it's \"it\"", "'it\\'s \"it\"'")]
    [InlineData("a\\b\n\x1b", @"'a\\b\n\x1b'")]
    [InlineData("größe", "'größe'")]
    public void Of_Text_IsWhatReprGives(string text, string expected) => Assert.Equal(expected, Python.Of(text));

    [Fact]
    public void Of_Dictionaries_IsWhatPrintGives()
    {
        var dictionary = new List<KeyValuePair<object, object?>>
        {
            new(1, new Python.Tuple(["127.0.0.1", 7401])),
            new(2, new List<object?> { "SU2:1:4:2:17|y:Yes", true, null }),
        };

        Assert.Equal("{1: ('127.0.0.1', 7401), 2: ['SU2:1:4:2:17|y:Yes', True, None]}", Python.Of(dictionary));
        Assert.Equal("{}", Python.Of(new List<KeyValuePair<object, object?>>()));
        Assert.Equal("False", Python.Of(false));
    }
}
