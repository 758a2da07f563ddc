using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.History;

namespace ReplicatedDs.Dashboard.Tests.History;

public sealed class EventFilterTests
{
    private static readonly EventView Buffered = Happened.Event("Buffer", 3, "2#1", key: "cart:7") with { Peer = 2, Missing = ["1#1"], WouldBeVisible = true, TraceId = "77aa01" };

    [Theory]
    [InlineData("", true)]
    [InlineData("cart", true)]
    [InlineData("replica:r3 kind:buffer key:cart:7", true)]
    [InlineData("replica:3 kind:write,BUFFER", true)]
    [InlineData("dot:r2#1", true)]
    [InlineData("dot:1#1", true)]
    [InlineData("trace:77AA", true)]
    [InlineData("peer:r2 prevented", true)]
    [InlineData("replica:r1", false)]
    [InlineData("kind:apply", false)]
    [InlineData("key:cart", false)]
    [InlineData("dot:2#2", false)]
    [InlineData("replica:r3 kind:write", false)]
    public void Matches_AllWordsMustHold(string text, bool expected)
    {
        var filter = EventFilter.Parse(text);
        Assert.Null(filter.Problem);
        Assert.Equal(expected, filter.Matches(Buffered));
    }

    [Theory]
    [InlineData("replica:three", "'replica:three' is not understood")]
    [InlineData("kind:explosion", "'explosion' is no kind of event")]
    [InlineData("colour:red", "'colour:red' is not understood")]
    public void Parse_WhatIsNotUnderstood_IsSaidAndLeftOut(string text, string sentence)
    {
        var filter = EventFilter.Parse(text + " replica:r3");
        Assert.Equal($"A part of the filter is left out: {sentence}.", filter.Problem);
        Assert.True(filter.Matches(Buffered));
        Assert.False(filter.Matches(Buffered with { Replica = 1 }));
    }
}
