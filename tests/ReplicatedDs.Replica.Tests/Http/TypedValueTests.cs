using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace ReplicatedDs.Replica.Tests.Http;

/// <summary>Counters and sets, transactions over all types, snapshots and listings.</summary>
public class TypedValueTests
{
    [Fact]
    public async Task Increment_CountsFromNothingAndFromAnInteger()
    {
        await using var replica = await TestReplica.StartAsync();
        var first = await PostAsync(replica, "/kv/n/increment", """{"by":3}""");
        Assert.Equal(["key", "value", "dot", "clock"], first.AsObject().Select(member => member.Key));
        Assert.Equal((3L, "1#2"), ((long?)first["value"], (string?)first["dot"]));
        Assert.Equal(4, (long?)(await PostAsync(replica, "/kv/n/increment", "{}"))["value"]);

        using var read = await replica.Client.GetAsync("/kv/n");
        Assert.Equal(("4", "text/plain; charset=utf-8", "\"1#3\""), (await read.Content.ReadAsStringAsync(), read.Content.Headers.ContentType?.ToString(), read.Headers.ETag?.Tag));
        Assert.Equal(("counter", "1"), (read.Headers.GetValues("Value-Type").Single(), read.Headers.GetValues("Siblings").Single()));

        replica.Node.Write("m", "-40");
        Assert.Equal(-42, (long?)(await PostAsync(replica, "/kv/m/increment", """{"by":-2}"""))["value"]);
        var siblings = JsonNode.Parse(await replica.Client.GetStringAsync("/kv/m?siblings=all"))!["siblings"]!.AsArray();
        Assert.Equal("-42", (string?)Assert.Single(siblings)!["value"]);
    }

    [Fact]
    public async Task Increment_OfWhatIsNoNumberOrOutOfRange_Is409()
    {
        await using var replica = await TestReplica.StartAsync();
        replica.Node.Write("text", "hello");
        await PostAsync(replica, "/kv/set/members", """{"member":"a"}""");
        await PostAsync(replica, "/kv/n/increment", """{"by":9223372036854775807}""");
        foreach (var (target, body, problem) in new[]
        {
            ("/kv/text/increment", "{}", "wrong-type"), ("/kv/set/increment", "{}", "wrong-type"), ("/kv/n/members", """{"member":"a"}""", "wrong-type"),
            ("/kv/text/members", """{"member":"a"}""", "wrong-type"), ("/kv/n/increment", "{}", "overflow"), ("/kv/n/increment", """{"by":1.5}""", "bad-json"),
            ("/kv/n/increment", """{"by":9223372036854775808}""", "bad-json"), ("/kv/n/increment", """{"bye":1}""", "bad-json"), ("/kv/set/members", "{}", "bad-json"),
            ("/kv/set/members", """{"member":""}""", "bad-key"), ("/kv/set/members", $$"""{"member":"{{new string('m', 1025)}}"}""", "bad-key"),
        })
        {
            using var response = await replica.Client.PostAsync(target, new StringContent(body, Encoding.UTF8, "application/json"));
            await TestReplica.ProblemAsync(response, problem);
            Assert.True(response.Headers.Contains("Causal-Token"), target);
        }

        Assert.Equal(4, replica.Node.State.Delivered.Single().Counter);
    }

    [Fact]
    public async Task Members_AddedAndRemoved_AreListedInOrder()
    {
        await using var replica = await TestReplica.StartAsync();
        Assert.True((bool?)(await PostAsync(replica, "/kv/s/members", """{"member":"b/ö"}"""))["changed"]);
        Assert.False((bool?)(await PostAsync(replica, "/kv/s/members", """{"member":"b/ö"}"""))["changed"]);
        await PostAsync(replica, "/kv/s/members", """{"member":"a"}""");
        Assert.Equal("""{"key":"s","members":["a","b/ö"]}""", await replica.Client.GetStringAsync("/kv/s/members"));
        using var whole = await replica.Client.GetAsync("/kv/s");
        Assert.Equal(("""["a","b/ö"]""", "application/json"), (await whole.Content.ReadAsStringAsync(), whole.Content.Headers.ContentType?.ToString()));

        using var removed = await replica.Client.DeleteAsync($"/kv/s/members/{Uri.EscapeDataString("b/ö")}");
        Assert.Equal(("b/ö", true), ((string?)(await TestReplica.JsonAsync(removed))["member"], (bool?)JsonNode.Parse(await removed.Content.ReadAsStringAsync())!["changed"]));
        using var again = await replica.Client.DeleteAsync("/kv/s/members/never");
        Assert.False((bool?)(await TestReplica.JsonAsync(again))["changed"]);
        using var last = await replica.Client.DeleteAsync("/kv/s/members/a");
        await TestReplica.JsonAsync(last);
        foreach (var target in new[] { "/kv/s", "/kv/s/members", "/kv/never/members" })
        {
            using var none = await replica.Client.GetAsync(target);
            await TestReplica.ProblemAsync(none, "no-such-key");
        }

        replica.Node.Write("text", "1");
        using var other = await replica.Client.GetAsync("/kv/text/members");
        await TestReplica.ProblemAsync(other, "wrong-type");
    }

    [Fact]
    public async Task Transaction_OfEveryOperation_IsOneUpdate()
    {
        await using var replica = await TestReplica.StartAsync();
        replica.Node.Write("old", "1");
        var view = await PostAsync(replica, "/transactions", """
            {"conditions":[{"key":"old","dot":"1#2"},{"key":"x"}],
             "operations":[{"set":{"key":"x","value":"ü"}},{"set":{"key":"b","value":"AP8=","encoding":"base64","contentType":"a/b"}},{"delete":{"key":"old"}},
               {"increment":{"key":"n","by":5}},{"add":{"key":"s","member":"a"}},{"remove":{"key":"s","member":"b"}}]}
            """);
        Assert.Equal("1#3", (string?)view["dot"]);
        Assert.Equal(
            """[{"value":null,"changed":null},{"value":null,"changed":null},{"value":null,"changed":true},{"value":5,"changed":null},{"value":null,"changed":true},{"value":null,"changed":false}]""",
            view["results"]!.ToJsonString());
        var snapshot = await PostAsync(replica, "/snapshot", """{"keys":["x","b","old","n","s","never"]}""");
        Assert.Equal("""{"1":3}""", snapshot["clock"]!.ToJsonString());
        Assert.Equal(
            [("x", "register", "ü", "utf-8"), ("b", "register", "AP8=", "base64"), ("old", "absent", null, null), ("n", "counter", "5", "utf-8"), ("s", "set", "[\"a\"]", "utf-8"), ("never", "absent", null, null)],
            snapshot["entries"]!.AsArray().Select(entry => ((string)entry!["key"]!, (string)entry["type"]!, (string?)entry["value"], (string?)entry["encoding"])));
    }

    [Theory]
    [InlineData("""{"operations":[{"set":{"key":"x","value":"1"}}],"conditions":[{"key":"old","dot":"1#9"}]}""", "condition-failed")]
    [InlineData("""{"operations":[{"set":{"key":"x","value":"1"}}],"conditions":[{"key":"old"}]}""", "condition-failed")]
    [InlineData("""{"operations":[{"set":{"key":"x","value":"1"}}],"conditions":[{"key":"old","dot":"2"}]}""", "bad-condition")]
    [InlineData("""{"operations":[{"set":{"key":"x","value":"1"}},{"increment":{"key":"old"}}]}""", "wrong-type")]
    [InlineData("""{"operations":[]}""", "bad-json")]
    [InlineData("""{}""", "bad-json")]
    [InlineData("""{"operations":[{}]}""", "bad-json")]
    [InlineData("""{"operations":[{"set":{"key":"x","value":"1"},"delete":{"key":"x"}}]}""", "bad-json")]
    [InlineData("""{"operations":[{"set":{"key":"x","value":"1","encoding":"hex"}}]}""", "bad-json")]
    [InlineData("""{"operations":[{"set":{"key":"x","value":"=","encoding":"base64"}}]}""", "bad-json")]
    [InlineData("""{"operations":[{"set":{"key":"","value":"1"}}]}""", "bad-key")]
    [InlineData("""{"operations":[{"expire":{"key":"x"}}]}""", "bad-json")]
    public async Task Transaction_ThatCannotBe_ChangesNothing(string body, string problem)
    {
        await using var replica = await TestReplica.StartAsync();
        replica.Node.Write("old", "text");
        using var response = await replica.Client.PostAsync("/transactions", new StringContent(body, Encoding.UTF8, "application/json"));
        await TestReplica.ProblemAsync(response, problem);
        Assert.Null(replica.Node.State.Keys.Find("x"));
    }

    [Fact]
    public async Task Transaction_OverALimit_Is413()
    {
        await using var replica = await TestReplica.StartAsync();
        var value = new string('v', 1 << 20);
        foreach (var operations in new[]
        {
            Enumerable.Repeat<object>(new { delete = new { key = "x" } }, 1025),
            [new { set = new { key = "x", value = value + "v" } }],
            Enumerable.Range(0, 5).Select(i => (object)new { set = new { key = $"{i}", value } }),
        })
        {
            using var response = await replica.Client.PostAsJsonAsync("/transactions", new { operations });
            await TestReplica.ProblemAsync(response, "too-large");
        }

        using var largest = await replica.Client.PostAsJsonAsync("/transactions", new { operations = Enumerable.Range(0, 1024).Select(i => new { increment = new { key = $"{i}" } }) });
        await TestReplica.JsonAsync(largest);
        Assert.Equal(1024, replica.Node.State.Keys.Count);
    }

    [Fact]
    public async Task Snapshot_WhileTransactionsAreWritten_NeverSeesOneInPart()
    {
        await using var replica = await TestReplica.StartAsync();
        var done = false;
        var writing = Task.Run(() =>
        {
            for (var i = 0; !Volatile.Read(ref done); i++)
            {
                replica.Node.Step(new Causality.Core.WriteRequest(new object(), [.. "abc".Select(key => new Causality.Updates.SetOperation($"{key}", Encoding.UTF8.GetBytes($"{i}"), null))], []));
            }
        });
        var seen = new HashSet<string?>();
        for (var read = 0; read < 500 || seen.Count < 3; read++)
        {
            var entries = (await PostAsync(replica, "/snapshot", """{"keys":["a","b","c"]}"""))["entries"]!.AsArray();
            seen.Add(Assert.Single(entries.Select(entry => (string?)entry!["value"]).Distinct()));
        }

        Volatile.Write(ref done, true);
        await writing;
    }

    [Fact]
    public async Task Snapshot_OverALimit_Is413()
    {
        await using var replica = await TestReplica.StartAsync();
        using var many = await replica.Client.PostAsJsonAsync("/snapshot", new { keys = Enumerable.Range(0, 1025).Select(i => $"{i}") });
        await TestReplica.ProblemAsync(many, "too-large");
        replica.Node.Write("large", new string('v', 1 << 20));
        using var large = await replica.Client.PostAsJsonAsync("/snapshot", new { keys = Enumerable.Repeat("large", 17) });
        await TestReplica.ProblemAsync(large, "too-large");
        using var none = await replica.Client.PostAsJsonAsync("/snapshot", new { keys = Array.Empty<string>() });
        Assert.Empty((await TestReplica.JsonAsync(none))["entries"]!.AsArray());
    }

    [Fact]
    public async Task List_PageByPage_GivesEveryKeyWithTheValueOnce()
    {
        await using var replica = await TestReplica.StartAsync();
        foreach (var i in Enumerable.Range(0, 25))
        {
            replica.Node.Write($"a/{i:d2}", "1");
        }

        replica.Node.Write("a0", "1");
        replica.Node.Write("Z", "1");
        using (await replica.Client.DeleteAsync("/kv/a%2F07"))
        {
        }

        var all = new List<string>();
        string? after = null;
        do
        {
            var page = JsonNode.Parse(await replica.Client.GetStringAsync($"/kv?prefix=a%2F&limit=10{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}"))!;
            var keys = page["keys"]!.AsArray().Select(entry => (string)entry!["key"]!).ToList();
            Assert.InRange(keys.Count, 1, 10);
            all.AddRange(keys);
            after = (string?)page["next"];
        }
        while (after is not null);
        Assert.Equal(Enumerable.Range(0, 25).Where(i => i != 7).Select(i => $"a/{i:d2}"), all);

        var whole = JsonNode.Parse(await replica.Client.GetStringAsync("/kv"))!;
        Assert.Equal("Z", (string?)whole["keys"]![0]!["key"]);
        Assert.Equal(("register", 26, (string?)null), ((string?)whole["keys"]![0]!["type"], whole["keys"]!.AsArray().Count, (string?)whole["next"]));
        foreach (var limit in new[] { "0", "1001", "x", "-1" })
        {
            using var bad = await replica.Client.GetAsync($"/kv?limit={limit}");
            await TestReplica.ProblemAsync(bad, "bad-request");
        }
    }

    [Fact]
    public async Task CallsWithoutAKey_CarryTokensToo()
    {
        await using var replica = await TestReplica.StartAsync();
        replica.Node.Write("x", "1");
        using var listed = await replica.Client.GetAsync("/kv");
        var token = listed.Headers.GetValues("Causal-Token").Single();
        foreach (var (target, body) in new[] { ("/snapshot", """{"keys":["x"]}"""), ("/transactions", """{"operations":[{"delete":{"key":"x"}}]}""") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Add("Causal-Token", token);
            using var response = await replica.Client.SendAsync(request);
            await TestReplica.JsonAsync(response);
            Assert.True(response.Headers.Contains("Causal-Token"), target);
            using var foreign = new HttpRequestMessage(HttpMethod.Post, target) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            foreign.Headers.Add("Causal-Token", "garbage");
            using var refused = await replica.Client.SendAsync(foreign);
            await TestReplica.ProblemAsync(refused, "bad-token");
        }
    }

    private static async Task<JsonNode> PostAsync(TestReplica replica, string target, string json)
    {
        using var response = await replica.Client.PostAsync(target, new StringContent(json, Encoding.UTF8, "application/json"));
        return await TestReplica.JsonAsync(response, HttpStatusCode.OK);
    }
}
