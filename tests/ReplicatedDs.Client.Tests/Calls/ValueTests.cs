using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Tests.StandIn;

namespace ReplicatedDs.Client.Tests.Calls;

public sealed partial class ValueTests : IAsyncLifetime
{
    private StandInReplica _replica = null!;
    private ReplicatedDsClient _client = null!;
    private CausalSession _session = null!;

    public async Task InitializeAsync()
    {
        _replica = await StandInReplica.StartAsync();
        _client = Clients.Of(_replica.Address);
        _session = _client.StartSession();
    }

    public async Task DisposeAsync()
    {
        await _session.DisposeAsync();
        _client.Dispose();
        await _replica.DisposeAsync();
    }

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
        await _session.SetAsync(key, "v");

        Assert.Equal(target, Assert.Single(_replica.Seen).Target);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a\0b")]
    public async Task Set_WhatCannotBeAKey_IsNotSent(string key)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _session.SetAsync(key, "v"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _session.GetAsync(key));
        Assert.ThrowsAny<ArgumentException>(() => new Transaction().Set(key, "v"));

        Assert.Empty(_replica.Seen);
    }

    [Fact]
    public async Task Set_AKeyThatIsNoUnicodeOrTooLong_IsNotSent()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _session.SetAsync("\ud800", "v"));
        await Assert.ThrowsAsync<ArgumentException>(() => _session.SetAsync(new string('ü', 513), "v"));
        await _session.SetAsync(new string('ü', 512), "v");

        Assert.Single(_replica.Seen);
    }

    [Fact]
    public async Task Set_Text_IsUtf8()
    {
        await _session.SetAsync("k", "größe");

        var request = Assert.Single(_replica.Seen);
        Assert.Equal(("PUT", "größe", "text/plain; charset=utf-8"), (request.Method, request.Body, request.Header("Content-Type")));
    }

    [Fact]
    public async Task Set_AnObject_IsJson()
    {
        await _session.SetAsync("k", new Photo("sea", 3), PhotoJson.Default.Photo);

        var request = Assert.Single(_replica.Seen);
        Assert.Equal(("""{"Title":"sea","Likes":3}""", "application/json"), (request.Body, request.Header("Content-Type")));
    }

    [Fact]
    public async Task Get_AnObject_IsReadFromJson()
    {
        _replica.Answer = (_, context) => Answers.ValueAsync(context, """{"Title":"sea","Likes":3}""");

        Assert.Equal(new Photo("sea", 3), await _session.GetAsync("k", PhotoJson.Default.Photo));
    }

    [Fact]
    public async Task Get_WhatIsNoSuchObject_Throws()
    {
        _replica.Answer = (_, context) => Answers.ValueAsync(context, "sea");

        await Assert.ThrowsAsync<JsonException>(() => _session.GetAsync("k", PhotoJson.Default.Photo));
    }

    [Fact]
    public async Task Get_WithSiblings_GivesTheWinnerAndSaysSo()
    {
        _replica.Answer = (_, context) => Answers.ValueAsync(context, "v", "\"2#17,3#4\"", siblings: 2, type: "image/png");

        var entry = await _session.GetAsync("k");

        Assert.Equal(new Entry("k", entry!.Value, "image/png", new Dot(2, 17), 2), entry);
        Assert.Equal("v", Encoding.UTF8.GetString(entry.Value.Span));
    }

    [Fact]
    public async Task Get_AnAbsentKey_IsNull()
    {
        _replica.Answer = (_, context) => Answers.ProblemAsync(context, 404, "no-such-key");

        Assert.Null(await _session.GetAsync("k"));
        Assert.Null(await _session.GetStringAsync("k"));
        Assert.Null(await _session.GetAsync("k", PhotoJson.Default.Photo));
        Assert.Empty(await _session.GetSiblingsAsync("k"));
    }

    [Fact]
    public async Task Get_FromSomethingElseThanAReplica_SaysSo()
    {
        _replica.Answer = (_, context) =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        };

        Assert.Equal("", (await Assert.ThrowsAsync<ReplicaRefusedException>(() => _session.GetAsync("k"))).Name);
    }

    [Fact]
    public async Task Set_Conditions_AreHeaders()
    {
        await _session.SetAsync("k", "v", Condition.Unchanged(new Dot(2, 17)));
        await _session.SetAsync("k", "v", Condition.Absent);
        await _session.DeleteAsync("k", Condition.Unchanged(new Dot(3, 1)));

        Assert.Equal(["\"2#17\"", null, "\"3#1\""], _replica.Seen.Select(request => request.Header("If-Match")));
        Assert.Equal([null, "*", null], _replica.Seen.Select(request => request.Header("If-None-Match")));
    }

    [Fact]
    public async Task Set_WhenItsConditionFails_TellsThePresentVersions()
    {
        _replica.Answer = (_, context) => Answers.ChangedAsync(context, "2#18", "3#4");

        var failure = await Assert.ThrowsAsync<ConditionFailedException>(() => _session.SetAsync("k", "v", Condition.Absent));

        Assert.Equal([new Dot(2, 18), new Dot(3, 4)], failure.Current);
    }

    [Fact]
    public async Task Session_ATokenThatAnErrorCarries_IsKept()
    {
        var token = Tokens.Of((1, 9));
        _replica.Answer = (_, context) => Answers.ProblemAsync(context, 412, "condition-failed", token: token);

        await Assert.ThrowsAsync<ConditionFailedException>(() => _session.SetAsync("k", "v", Condition.Absent));

        Assert.Equal(token, _session.Token);
    }

    [Fact]
    public async Task Session_Merged_PresentsBothTokens()
    {
        var (mine, other) = (Tokens.Of((1, 3)), Tokens.Of((2, 4)));
        _replica.Answer = (_, context) => Answers.ValueAsync(context, "v");
        await using var session = _client.StartSession(mine);
        session.Merge(other);

        await session.GetAsync("k");

        Assert.Equal($"{mine}, {other}", Assert.Single(_replica.Seen).Token);
        Assert.Equal(VectorClock.Of((1, 3), (2, 4)), session.Clock);
    }

    [Fact]
    public async Task Session_AfterItsEnd_TakesNoCalls()
    {
        var session = _client.StartSession();
        await session.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.GetAsync("k"));
    }

    internal sealed record Photo(string Title, int Likes);

    [JsonSerializable(typeof(Photo))]
    internal sealed partial class PhotoJson : JsonSerializerContext;
}
