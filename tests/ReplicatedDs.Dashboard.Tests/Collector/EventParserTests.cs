using System.Text;
using System.Text.Json;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;

namespace ReplicatedDs.Dashboard.Tests.Collector;

public sealed class EventParserTests
{
    private readonly EventParser _parser = new();

    [Theory]
    [InlineData("""{"n":7,"t":1767261600000000,"replica":2,"peer":null,"kind":"Write","dot":"2#17","keys":["x"],"deps":{"1":3,"2":16},"missing":[],"wouldBeVisible":false,"traceId":"4bf9"}""")]
    [InlineData("""{"n":8,"t":1,"replica":3,"peer":2,"kind":"Buffer","dot":"2#17","keys":["a","b","c"],"deps":{},"missing":["1#1","1#2"],"wouldBeVisible":true,"traceId":null,"detail":"why"}""")]
    [InlineData("""{"n":9,"t":1,"replica":3,"peer":1,"kind":"Read","dot":null,"keys":["Zürich \"quoted\" \n 键"],"deps":{},"missing":[],"wouldBeVisible":false,"traceId":null}""")]
    [InlineData("""{"n":10,"t":1,"replica":3,"peer":1,"kind":"Apply","dot":"1#5","keys":["x"],"deps":{},"missing":[],"wouldBeVisible":false,"traceId":null,"share":8}""")]
    [InlineData("""{"n":12,"t":5,"replica":1,"peer":4,"kind":"LinkChanged","dot":null,"keys":[],"deps":{},"missing":[],"wouldBeVisible":false,"traceId":null,"detail":"held","later":{"deep":[1,{"x":2}]},"more":3}""")]
    public void Parse_ReadsWhatTheSerializerReads(string json)
    {
        var expected = JsonSerializer.Deserialize<EventView>(json, ReplicaReader.Json)!;
        var read = _parser.Parse(Encoding.UTF8.GetBytes(json));
        Assert.Equal(expected with { Keys = [], Deps = new Dictionary<string, long>(), Missing = [] }, read with { Keys = [], Deps = new Dictionary<string, long>(), Missing = [] }, Same);
        Assert.Equal(expected.Keys, read.Keys);
        Assert.Equal(expected.Deps, read.Deps);
        Assert.Equal(expected.Missing, read.Missing);
    }

    [Theory]
    [InlineData("", 100)]
    [InlineData(""","missingCount":4000""", 4000)]
    public void Parse_ManyMissing_KeepsTheFirstAndTheirNumber(string count, long expected)
    {
        string[] missing = [.. Enumerable.Range(1, 100).Select(n => $"1#{n}")];
        var read = _parser.Parse(Encoding.UTF8.GetBytes($$"""{"n":8,"t":1,"replica":3,"kind":"Buffer","dot":"2#17","missing":{{JsonSerializer.Serialize(missing)}}{{count}}}"""));
        Assert.Equal(missing[..EventParser.MissingKept], read.Missing);
        Assert.Equal(expected, read.MissingCount);
    }

    [Fact]
    public void Parse_AbsentFields_AreEmpty()
    {
        var gap = _parser.Parse("""{"n":3,"t":4,"replica":1,"kind":"Gap","lost":12}"""u8);
        Assert.Equal(("Gap", 12L, 3L), (gap.Kind, gap.Lost, gap.N));
        Assert.Empty(gap.Keys);
        Assert.Empty(gap.Deps);
        Assert.Empty(gap.Missing);
        Assert.Null(gap.Dot);
    }

    [Fact]
    public void Parse_TheSameTextTwice_IsOneInstance()
    {
        var first = _parser.Parse("""{"n":1,"kind":"Write","dot":"1#1","keys":["x"]}"""u8);
        var second = _parser.Parse("""{"n":2,"kind":"Apply","dot":"1#1","keys":["x"]}"""u8);
        Assert.Same(first.Dot, second.Dot);
        Assert.Same(first.Keys[0], second.Keys[0]);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"n\":\"seven\"}")]
    [InlineData("{\"keys\":3}")]
    [InlineData("{\"deps\":[1]}")]
    [InlineData("{\"n\":1")]
    [InlineData("{\"n\":99999999999999999999}")]
    public void Parse_WhatIsNoEvent_IsRefused(string json) => Assert.ThrowsAny<JsonException>(() => _parser.Parse(Encoding.UTF8.GetBytes(json)));

    private static bool Same(EventView one, EventView other) =>
        (one.N, one.T, one.Replica, one.Peer, one.Kind, one.Dot, one.WouldBeVisible) == (other.N, other.T, other.Replica, other.Peer, other.Kind, other.Dot, other.WouldBeVisible)
        && (one.TraceId, one.Detail, one.Lost) == (other.TraceId, other.Detail, other.Lost);
}
