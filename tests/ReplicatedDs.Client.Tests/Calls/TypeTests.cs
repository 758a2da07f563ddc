using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Tests.StandIn;

namespace ReplicatedDs.Client.Tests.Calls;

/// <summary>Counters, sets, transactions, snapshots and listings, in the shapes of the HTTP API.</summary>
public sealed class TypeTests : StandInTest
{
    private static readonly Dictionary<string, long> Clock = new() { ["2"] = 17 };

    [Fact]
    public async Task Increment_SendsByAndGivesTheValue()
    {
        Replica.Answer = (_, context) => Answers.JsonAsync(context, new { key = "likes", value = 10, dot = "2#17", clock = Clock });

        var counted = await Session.IncrementAsync("likes", -3);

        Assert.Equal(10, counted.Value);
        Assert.Equal((new Dot(2, 17), VectorClock.Of((2, 17))), (counted.Dot, counted.Clock));
        Assert.Equal(("POST", "/kv/likes/increment", """{"by":-3}"""), Sent());
        Assert.NotNull(Replica.Seen[0].IdempotencyKey);
    }

    [Fact]
    public async Task Increment_OfSomethingElse_IsATypeConflict()
    {
        Replica.Answer = (_, context) => Answers.ProblemAsync(context, 409, "wrong-type");

        await Assert.ThrowsAsync<TypeConflictException>(() => Session.IncrementAsync("k"));
    }

    [Fact]
    public async Task Increment_BeyondTheRange_IsRefused()
    {
        Replica.Answer = (_, context) => Answers.ProblemAsync(context, 409, "overflow");

        Assert.Equal("overflow", (await Assert.ThrowsAsync<ReplicaRefusedException>(() => Session.IncrementAsync("k", long.MaxValue))).Name);
    }

    [Fact]
    public async Task AddMember_SendsIt()
    {
        Replica.Answer = (_, context) => Answers.JsonAsync(context, new { key = "tags", member = "a/b", changed = true, dot = "2#17", clock = Clock });

        Assert.Equal(new Dot(2, 17), (await Session.AddMemberAsync("tags", "a/b")).Dot);

        Assert.Equal(("POST", "/kv/tags/members", """{"member":"a/b"}"""), Sent());
    }

    [Fact]
    public async Task RemoveMember_EscapesItOnce()
    {
        Replica.Answer = (_, context) => Answers.JsonAsync(context, new { key = "tags", member = "a/b%", changed = true, dot = "2#17", clock = Clock });

        await Session.RemoveMemberAsync("tags", "a/b%");

        Assert.Equal(("DELETE", "/kv/tags/members/a%2Fb%25", ""), Sent());
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    public async Task RemoveMember_ThatWouldBecomeAnotherPath_IsNotSent(string member)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Session.RemoveMemberAsync("tags", member));

        Assert.Empty(Replica.Seen);
    }

    [Fact]
    public async Task GetMembers_GivesThem_AndNoneForAnAbsentKey()
    {
        Replica.Answer = (_, context) => Answers.JsonAsync(context, new { key = "tags", members = new List<string> { "a", "b" } });
        Assert.Equal(["a", "b"], await Session.GetMembersAsync("tags"));

        Replica.Answer = (_, context) => Answers.ProblemAsync(context, 404, "no-such-key");
        Assert.Empty(await Session.GetMembersAsync("tags"));
    }

    [Fact]
    public async Task Commit_SendsConditionsAndOperationsInOrder()
    {
        Replica.Answer = (_, context) => Answers.JsonAsync(context, new { dot = "2#17", clock = Clock, results = Array.Empty<object>() });

        await Session.CommitAsync(new Transaction()
            .RequireUnchanged("a", new Dot(1, 3))
            .RequireAbsent("b")
            .Set("text", "größe")
            .Set("bytes", new byte[] { 0xff }, "image/png")
            .Delete("c")
            .Increment("d", 3)
            .Add("e", "m")
            .Remove("f", "n"));

        var (method, target, body) = Sent();
        Assert.Equal(("POST", "/transactions"), (method, target));
        Assert.Equal(
            """
            {"operations":[{"set":{"key":"text","value":"größe","contentType":"text/plain; charset=utf-8"}},{"set":{"key":"bytes","value":"/w==","contentType":"image/png","encoding":"base64"}},{"delete":{"key":"c"}},{"increment":{"key":"d","by":3}},{"add":{"key":"e","member":"m"}},{"remove":{"key":"f","member":"n"}}],"conditions":[{"key":"a","dot":"1#3"},{"key":"b"}]}
            """,
            System.Text.Json.Nodes.JsonNode.Parse(body)!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.NotNull(Replica.Seen[0].IdempotencyKey);
    }

    [Fact]
    public async Task Commit_WithoutWrites_IsNotSent()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Session.CommitAsync(new Transaction().RequireAbsent("a")));

        Assert.Empty(Replica.Seen);
    }

    [Fact]
    public async Task Snapshot_GivesEveryKeyThatWasAskedFor()
    {
        Replica.Answer = (_, context) => Answers.JsonAsync(context, new
        {
            clock = Clock,
            entries = new List<object>
            {
                new { key = "a", type = "register", dot = "2#17", value = "/w==", encoding = "base64", contentType = "image/png", siblings = 2, deleted = false },
                new { key = "b", type = "absent", dot = (string?)null, value = (string?)null, siblings = 0, deleted = false },
                new { key = "n", type = "counter", dot = "2#3", value = "7", encoding = "utf-8", contentType = "text/plain; charset=utf-8", siblings = 1, deleted = false },
            },
        });

        var entries = await Session.SnapshotAsync(["a", "b", "n", "a"]);

        Assert.Equal(["a", "b", "n"], entries.Keys.Order());
        Assert.Equal([0xff], entries["a"]!.Value.ToArray());
        Assert.Equal(("image/png", 2), (entries["a"]!.ContentType, entries["a"]!.Siblings));
        Assert.Null(entries["b"]);
        Assert.Equal(("7", "counter"), (entries["n"]!.Text, entries["n"]!.Type));
        Assert.Equal(("POST", "/snapshot", """{"keys":["a","b","n"]}"""), Sent());
        Assert.Null(Replica.Seen[0].IdempotencyKey);
    }

    [Fact]
    public async Task Snapshot_OfNothing_IsNotSent()
    {
        Assert.Empty(await Session.SnapshotAsync([]));
        Assert.Empty(Replica.Seen);
    }

    [Fact]
    public async Task List_AsksForPageAfterPage()
    {
        Replica.Answer = (request, context) => Answers.JsonAsync(context, request.Target.Contains("after", StringComparison.Ordinal)
            ? new { clock = Clock, keys = new List<object> { new { key = "a&c", type = "set", dot = "2#2", siblings = 1 } }, next = (string?)null }
            : new { clock = Clock, keys = new List<object> { new { key = "a&b", type = "register", dot = "2#1", siblings = 3 } }, next = (string?)"a&b" });

        var keys = new List<ListedKey>();
        await foreach (var key in Session.ListAsync("a&", pageSize: 1))
        {
            keys.Add(key);
        }

        Assert.Equal([new ListedKey("a&b", new Dot(2, 1), "register", 3), new ListedKey("a&c", new Dot(2, 2), "set", 1)], keys);
        Assert.Equal(["/kv?prefix=a%26&limit=1", "/kv?prefix=a%26&limit=1&after=a%26b"], Replica.Seen.Select(request => request.Target));
    }

    private (string Method, string Target, string Body) Sent() => Assert.Single(Replica.Seen) is var request ? (request.Method, request.Target, request.Body) : default;
}
