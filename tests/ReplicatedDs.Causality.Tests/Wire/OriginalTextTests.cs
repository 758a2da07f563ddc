using System.Collections.Immutable;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Wire;

namespace ReplicatedDs.Causality.Tests.Wire;

public sealed class OriginalTextTests
{
    [Fact]
    public void Format_SeveralKeys_GivesTheOriginalsNotation()
    {
        var update = new Update(
            new Dot(2, 17), VectorClock.Of((1, 4), (2, 16)), default,
            [new SetOperation("x", Encoding.UTF8.GetBytes("3"), null), new SetOperation("a:b", Encoding.UTF8.GetBytes("50%|"), null)]);
        Assert.Equal("SU2:1:4:2:17|x:3:a%3Ab:50%25%7C", OriginalText.Format(update));
    }

    [Fact]
    public void Format_WhatTheNotationCannotSay_IsNull()
    {
        Assert.Null(OriginalText.Format(new Update(new Dot(1, 1), VectorClock.Empty, default, [new DeleteOperation("x")])));
        Assert.Null(OriginalText.Format(new Update(new Dot(1, 1), VectorClock.Empty, default, [new SetOperation("x", new byte[] { 0xFF }, null)])));
    }

    [Fact]
    public void ToUpdate_OfParsedText_DerivesEverythingFromTheText()
    {
        Assert.True(OriginalText.TryParse("SU9:9:1:2:17:1:0|y::z:a b", out var sender, out var clock, out var pairs, out var error), error);
        var update = OriginalText.ToUpdate(sender, clock, pairs);
        Assert.Equal(new Dot(9, 1), update.Dot);
        Assert.Equal(VectorClock.Of((2, 17)), update.Dependencies);
        Assert.Equal(18, update.Timestamp.Packed);
        Assert.Equal("y= z=a b", string.Join(" ", pairs.Select(pair => $"{pair.Key}={pair.Value}")));
        Assert.Equal("SU9:2:17:9:1|y::z:a b", OriginalText.Format(update));
    }

    [Theory]
    [InlineData("", "starts with SU")]
    [InlineData("SV2:1:4|x:3", "starts with SU")]
    [InlineData("SU2:2:1", "A bar")]
    [InlineData("SU 2:2:1|x:3", "without a blank")]
    [InlineData("SU0:2:1|x:3", "not the id")]
    [InlineData("SU|x:3", "not the id")]
    [InlineData("SU99999999999:2:1|x:3", "not the id")]
    [InlineData("SU2:2|x:3", "without a counter")]
    [InlineData("SU2:2:-1|x:3", "not a counter")]
    [InlineData("SU2:2:99999999999999999999|x:3", "not a counter")]
    [InlineData("SU2:2:1:2:1|x:3", "two entries")]
    [InlineData("SU2:1:1|x:3", "no entry for the sender")]
    [InlineData("SU2|x:3", "no entry for the sender")]
    [InlineData("SU2:2:0|x:3", "no entry for the sender")]
    [InlineData("SU2:2:1|", "1 to 1024")]
    [InlineData("SU2:2:1|:3", "1 to 1024")]
    [InlineData("SU2:2:1|x", "has no value")]
    [InlineData("SU2:2:1|x:3:y", "has no value")]
    [InlineData("SU2:2:1|x:3|y", "second bar")]
    [InlineData("SU2:2:1|x:50%", "not an escape")]
    [InlineData("SU2:2:1|x:%41", "not an escape")]
    public void TryParse_WhatIsWrong_SaysSo(string text, string expected)
    {
        Assert.False(OriginalText.TryParse(text, out _, out _, out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }

    [Fact]
    public void TryParse_ALoneSurrogate_SaysSo()
    {
        // Attributes hold UTF-8, so this one cannot be a case above.
        Assert.False(OriginalText.TryParse("SU2:2:1|x:\ud800", out _, out _, out _, out var error));
        Assert.Contains("not well-formed", error, StringComparison.Ordinal);
    }

    [Fact]
    public void TryParse_OfFormattedText_GivesItBack()
    {
        var text = Gen.Elements('a', ':', '|', '%', 'ü', ' ', '\n', '5').ArrayOf().Select(symbols => new string(symbols));
        var pair = from key in text from value in text select (Key: "k" + key, Value: value);
        Check.One(
            Config.QuickThrowOnFailure,
            Prop.ForAll(pair.NonEmptyListOf().ToArbitrary(), some =>
            {
                ImmutableArray<(string Key, string Value)> pairs = [.. some];
                var clock = VectorClock.Of((2, 17), (4, 3));
                var written = OriginalText.Format(OriginalText.ToUpdate(new ReplicaId(4), clock, pairs))!;
                return OriginalText.TryParse(written, out var sender, out var readClock, out var readPairs, out _)
                    && sender.Value == 4 && readClock.Equals(clock) && readPairs.SequenceEqual(pairs);
            }));
    }

    [Fact]
    public void TryParse_RandomText_NeverThrows()
    {
        var random = new Random(3);
        const string Alphabet = "SU0123456789:|%x\ud800";
        for (var run = 0; run < 50_000; run++)
        {
            var text = "SU" + new string([.. Enumerable.Range(0, random.Next(30)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            if (OriginalText.TryParse(text, out var sender, out var clock, out var pairs, out _))
            {
                _ = OriginalText.ToUpdate(sender, clock, pairs);
            }
        }
    }
}
