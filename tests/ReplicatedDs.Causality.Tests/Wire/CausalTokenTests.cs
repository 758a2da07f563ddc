using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Tests.Wire;

public sealed class CausalTokenTests
{
    private static readonly byte[] Secret = Encoding.UTF8.GetBytes("a secret of the cluster");

    [Fact]
    public void Write_GivesTheGoldenText()
    {
        var text = CausalToken.Write(VectorClock.Of((1, 4), (3, 200)), Secret, Samples.ClusterId);
        Assert.Equal("AQIBBALIAb0VmJdhxNkt9tsmCw", text);
    }

    [Fact]
    public void Write_16ReplicasWithCountersOf40Bits_TakesAtMost256Characters()
    {
        var clock = VectorClock.From(Enumerable.Range(1, 16).Select(id => new Dot(id, (1L << 40) - id)));
        Assert.InRange(CausalToken.Write(clock, Secret, Samples.ClusterId).Length, 1, 256);
    }

    [Fact]
    public void TryRead_OfWhatWasWritten_GivesItBack() =>
        Check.One(
            Config.QuickThrowOnFailure,
            Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ArrayOf().ToArbitrary(), numbers =>
            {
                var clock = VectorClock.From(numbers.Select(number => new Dot((number % 50) + 1, (long)number * number)));
                return CausalToken.TryRead(CausalToken.Write(clock, Secret, Samples.ClusterId), Secret, Samples.ClusterId, out var read) && read.Equals(clock);
            }));

    [Fact]
    public void TryRead_ChangedForeignOrGarbage_IsFalse()
    {
        var text = CausalToken.Write(VectorClock.Of((1, 4)), Secret, Samples.ClusterId);
        Assert.True(CausalToken.TryRead(text, Secret, Samples.ClusterId, out _));
        Assert.False(CausalToken.TryRead(text, Encoding.UTF8.GetBytes("another"), Samples.ClusterId, out _));
        Assert.False(CausalToken.TryRead(text, Secret, new string('0', 32), out _));
        Assert.False(CausalToken.TryRead(new string('A', 8193), Secret, Samples.ClusterId, out _));
        foreach (var garbage in new[] { "", "A", "AAAA", "garbage!", "ü", text + "A", text + "AAAA", "\0" })
        {
            Assert.False(CausalToken.TryRead(garbage, Secret, Samples.ClusterId, out var clock), garbage);
            Assert.Same(VectorClock.Empty, clock);
        }

        for (var i = 0; i < text.Length; i++)
        {
            var changed = text.ToCharArray();
            changed[i] = changed[i] == 'Q' ? 'R' : 'Q';
            Assert.False(CausalToken.TryRead(new string(changed), Secret, Samples.ClusterId, out _), $"character {i}");
            Assert.False(CausalToken.TryRead(text[..i], Secret, Samples.ClusterId, out _), $"cut at {i}");
        }
    }
}
