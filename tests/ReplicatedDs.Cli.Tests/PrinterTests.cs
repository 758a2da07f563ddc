using ReplicatedDs.Cli.Printing;

namespace ReplicatedDs.Cli.Tests;

public class PrinterTests
{
    [Theory]
    [InlineData("plain größe", "plain größe")]
    [InlineData("\x1b[31mred\a", @"\x1b[31mred\x07")]
    [InlineData("two\nlines\tof", @"two\nlines\tof")]
    [InlineData("\u009b31m", @"\x9b31m")]
    public void Visible_ControlCharacters_AreShown(string text, string expected) => Assert.Equal(expected, Printer.Visible(text));

    [Fact]
    public void Safe_Markup_IsText() => Assert.Equal("[[red]]x[[/]]", Printer.Safe("[red]x[/]"));

    [Fact]
    public void Shown_BytesThatAreNoText_AreHexadecimal() => Assert.Equal("2 bytes that are not text: ff00", Printer.Shown([0xff, 0x00]));
}
