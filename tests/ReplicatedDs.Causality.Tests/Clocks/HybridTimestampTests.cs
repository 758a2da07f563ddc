using FsCheck;
using FsCheck.Fluent;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Tests.Clocks;

public class HybridTimestampTests
{
    [Fact]
    public void Next_WhateverTheClockSays_IsLaterAndNotBeforeTheClock() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(0, 1_000_000).ArrayOf().ToArbitrary(),
        clockReadings =>
        {
            var last = default(HybridTimestamp);
            foreach (var reading in clockReadings)
            {
                var next = last.Next(reading * 100L);
                if (next <= last || next.Milliseconds < reading * 100L / 1000)
                {
                    return false;
                }

                last = next;
            }

            return true;
        }));

    [Fact]
    public void Next_WhileTheClockStandsStill_CountsTheLogicalPart()
    {
        var first = default(HybridTimestamp).Next(5_000_999);
        Assert.Equal((5000, 0), (first.Milliseconds, first.Logical));
        Assert.Equal((5000, 1), (first.Next(5_000_999).Milliseconds, first.Next(5_000_999).Logical));
        Assert.Equal((5001, 0), (first.Next(5_001_000).Milliseconds, first.Next(5_001_000).Logical));
    }

    [Fact]
    public void Next_WhenTheLogicalPartIsFull_GoesOnIntoTheNextMillisecond()
    {
        var full = new HybridTimestamp((7L << 16) | 0xFFFF);
        Assert.Equal((8, 0), (full.Next(0).Milliseconds, full.Next(0).Logical));
    }

    [Fact]
    public void Max_OfTwo_IsTheLater() =>
        Assert.Equal(new HybridTimestamp(9), HybridTimestamp.Max(new HybridTimestamp(4), new HybridTimestamp(9)));
}
