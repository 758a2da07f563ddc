using ReplicatedDs.Dashboard.Collector;

namespace ReplicatedDs.Dashboard.Tests.Collector;

public sealed class FeedDetailTests
{
    [Theory]
    [InlineData(100, 500, false, 1)]
    [InlineData(1_300, 6_500, false, 1)] // Five replicas that take 500 writes a second.
    [InlineData(2_100, 6_500, true, 1)]
    [InlineData(2_100, 10_001, true, 16)]
    [InlineData(5_500, 44_000, true, 64)] // Eight that take 2,000.
    [InlineData(1e6, 1e9, true, 256)]
    public void For_WhatHappens_AsksForAsMuchAsCanBeLookedAt(double own, double all, bool isBrief, int share) =>
        Assert.Equal(new FeedDetail(isBrief, share), FeedDetail.Whole.For(own, all));

    [Fact]
    public void For_ALittleLess_StaysAsItIs()
    {
        var busy = FeedDetail.Whole.For(5_500, 44_000);
        Assert.Equal(busy, busy.For(4_500, 30_000));
        Assert.Equal(64, busy.For(3_000, 26_000).Share);
        Assert.Equal(32, busy.For(2_100, 18_000).Share);
        Assert.Equal(16, busy.For(1_100, 9_000).Share);
        Assert.Equal(FeedDetail.Whole, busy.For(900, 6_000));
    }

    [Fact]
    public void Query_OfEverything_IsEmpty()
    {
        Assert.Equal("", FeedDetail.Whole.Query("demo:"));
        Assert.Equal("&except=Send,Arrive&share=8&whole=demo%3A", new FeedDetail(true, 8).Query("demo:"));
    }
}
