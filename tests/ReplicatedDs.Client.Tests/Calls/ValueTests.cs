using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Tests.StandIn;

namespace ReplicatedDs.Client.Tests.Calls;

public sealed partial class ValueTests : StandInTest
{
    [Theory]
    [InlineData("plain", "/kv/plain")]
    [InlineData("a/b", "/kv/a%2Fb")]
    [InlineData("a%2Fb", "/kv/a%252Fb")]
    [InlineData("a/../b", "/kv/a%2F..%2Fb")]
    [InlineData("...", "/kv/...")]
    [InlineData("with blank?#", "/kv/with%20blank%3F%23")]
    [InlineData("größe", "/kv/gr%C3%B6%C3%9Fe")]
    [InlineData("C:\\temp", "/kv/C%3A%5Ctemp")]
    public async Task Set_AKey_IsEscapedOnce(string key, string target)
    {
        await Session.SetAsync(key, "v");

        Assert.Equal(target, Assert.Single(Replica.Seen).Target);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a\0b")]
    public async Task Set_WhatCannotBeAKey_IsNotSent(string key)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Session.SetAsync(key, "v"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Session.GetAsync(key));
        Assert.ThrowsAny<ArgumentException>(() => new Transaction().Set(key, "v"));

        Assert.Empty(Replica.Seen);
    }

    [Fact]
    public async Task Set_AKeyThatIsNoUnicodeOrTooLong_IsNotSent()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Session.SetAsync("\ud800", "v"));
        await Assert.ThrowsAsync<ArgumentException>(() => Session.SetAsync(new string('ü', 513), "v"));
        await Session.SetAsync(new string('ü', 512), "v");

        Assert.Single(Replica.Seen);
    }

    [Fact]
    public async Task Set_Text_IsUtf8()
    {
        await Session.SetAsync("k", "größe");

        var request = Assert.Single(Replica.Seen);
        Assert.Equal(("PUT", "größe", "text/plain; charset=utf-8"), (request.Method, request.Body, request.Header("Content-Type")));
    }

    [Fact]
    public async Task Set_AnObject_IsJson()
    {
        await Session.SetAsync("k", new Photo("sea", 3), PhotoJson.Default.Photo);

        var request = Assert.Single(Replica.Seen);
        Assert.Equal(("""{"Title":"sea","Likes":3}""", "application/json"), (request.Body, request.Header("Content-Type")));
    }

    [Fact]
    public async Task Get_AnObject_IsReadFromJson()
    {
        Replica.Answer = (_, context) => Answers.ValueAsync(context, """{"Title":"sea","Likes":3}""");

        Assert.Equal(new Photo("sea", 3), await Session.GetAsync("k", PhotoJson.Default.Photo));
    }

    [Fact]
    public async Task Get_WhatIsNoSuchObject_Throws()
    {
        Replica.Answer = (_, context) => Answers.ValueAsync(context, "sea");

        await Assert.ThrowsAsync<JsonException>(() => Session.GetAsync("k", PhotoJson.Default.Photo));
    }

    [Fact]
    public async Task Get_WithSiblings_GivesTheWinnerAndSaysSo()
    {
        Replica.Answer = (_, context) => Answers.ValueAsync(context, "v", "\"2#17,3#4\"", siblings: 2, type: "image/png");

        var entry = await Session.GetAsync("k");

        Assert.Equal(new Entry("k", entry!.Value, "image/png", new Dot(2, 17), 2), entry);
        Assert.Equal("v", Encoding.UTF8.GetString(entry.Value.Span));
    }

    [Fact]
    public async Task Get_AnAbsentKey_IsNull()
    {
        Replica.Answer = (_, context) => Answers.ProblemAsync(context, 404, "no-such-key");

        Assert.Null(await Session.GetAsync("k"));
        Assert.Null(await Session.GetStringAsync("k"));
        Assert.Null(await Session.GetAsync("k", PhotoJson.Default.Photo));
        Assert.Empty(await Session.GetSiblingsAsync("k"));
    }

    [Fact]
    public async Task Get_FromSomethingElseThanAReplica_SaysSo()
    {
        Replica.Answer = (_, context) =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        };

        Assert.Equal("", (await Assert.ThrowsAsync<ReplicaRefusedException>(() => Session.GetAsync("k"))).Name);
    }

    [Fact]
    public async Task Set_Conditions_AreHeaders()
    {
        await Session.SetAsync("k", "v", Condition.Unchanged(new Dot(2, 17)));
        await Session.SetAsync("k", "v", Condition.Absent);
        await Session.DeleteAsync("k", Condition.Unchanged(new Dot(3, 1)));

        Assert.Equal(["\"2#17\"", null, "\"3#1\""], Replica.Seen.Select(request => request.Header("If-Match")));
        Assert.Equal([null, "*", null], Replica.Seen.Select(request => request.Header("If-None-Match")));
    }

    [Fact]
    public async Task Set_WhenItsConditionFails_TellsThePresentVersions()
    {
        Replica.Answer = (_, context) => Answers.ChangedAsync(context, "2#18", "3#4");

        var failure = await Assert.ThrowsAsync<ConditionFailedException>(() => Session.SetAsync("k", "v", Condition.Absent));

        Assert.Equal([new Dot(2, 18), new Dot(3, 4)], failure.Current);
    }

    [Fact]
    public async Task Session_ATokenThatAnErrorCarries_IsKept()
    {
        var token = Tokens.Of((1, 9));
        Replica.Answer = (_, context) => Answers.ProblemAsync(context, 412, "condition-failed", token: token);

        await Assert.ThrowsAsync<ConditionFailedException>(() => Session.SetAsync("k", "v", Condition.Absent));

        Assert.Equal(token, Session.Token);
    }

    [Fact]
    public async Task Session_Merged_PresentsBothTokens()
    {
        var (mine, other) = (Tokens.Of((1, 3)), Tokens.Of((2, 4)));
        Replica.Answer = (_, context) => Answers.ValueAsync(context, "v");
        await using var session = Client.StartSession(mine);
        session.Merge(other);

        await session.GetAsync("k");

        Assert.Equal($"{mine}, {other}", Assert.Single(Replica.Seen).Token);
        Assert.Equal(VectorClock.Of((1, 3), (2, 4)), session.Clock);
    }

    [Fact]
    public async Task Session_AfterItsEnd_TakesNoCalls()
    {
        var session = Client.StartSession();
        await session.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.GetAsync("k"));
    }

    internal sealed record Photo(string Title, int Likes);

    [JsonSerializable(typeof(Photo))]
    internal sealed partial class PhotoJson : JsonSerializerContext;
}
