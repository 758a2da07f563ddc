using System.Text;
using System.Text.Json.Nodes;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Replica.Tests.Http;

/// <summary>Writes that are sent more than once.</summary>
public class IdempotencyTests
{
    [Fact]
    public async Task EveryWrite_Repeated_HappensOnce()
    {
        await using var replica = await TestReplica.StartAsync();
        replica.Node.Write("gone", "1");
        foreach (var (method, target, body) in new[]
        {
            ("PUT", "/kv/x", "1"), ("DELETE", "/kv/gone", ""), ("POST", "/kv/n/increment", """{"by":5}"""), ("POST", "/kv/s/members", """{"member":"a"}"""),
            ("DELETE", "/kv/s/members/a", ""), ("POST", "/transactions", """{"operations":[{"increment":{"key":"n"}},{"add":{"key":"s","member":"b"}}]}"""),
        })
        {
            var (first, wasReplayed) = await SendAsync(replica, method, target, body, $"id of {method} {target}");
            var (second, isReplayed) = await SendAsync(replica, method, target, body, $"id of {method} {target}");
            Assert.Equal((false, true), (wasReplayed, isReplayed));
            Assert.Equal((string?)first["dot"], (string?)second["dot"]);
            Assert.NotNull(second["clock"]);
        }

        Assert.Equal((6L, 8L), (replica.Node.State.Keys.Find("n")!.Count, replica.Node.State.Delivered[new ReplicaId(1)]));
    }

    [Fact]
    public async Task Write_UnderTheKeyOfAnother_Is422()
    {
        await using var replica = await TestReplica.StartAsync();
        await SendAsync(replica, "PUT", "/kv/x", "1", "once");
        foreach (var (method, target, body) in new[] { ("PUT", "/kv/x", "2"), ("PUT", "/kv/y", "1"), ("DELETE", "/kv/x", "") })
        {
            using var request = Request(method, target, body, "once");
            using var response = await replica.Client.SendAsync(request);
            await TestReplica.ProblemAsync(response, "idempotency-key-reused");
        }

        Assert.Equal("1", await replica.Client.GetStringAsync("/kv/x"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a,\u00e4")]
    public async Task Write_UnderWhatIsNoKey_Is400(string key)
    {
        await using var replica = await TestReplica.StartAsync();
        var (status, _, body) = await RawHttp.SendAsync(replica.Address, "PUT", "/kv/x", $"Idempotency-Key: {key}\r\n", "1");
        Assert.True(status == 400, body);
        Assert.Null(replica.Node.State.Keys.Find("x"));
    }

    private static HttpRequestMessage Request(string method, string target, string body, string id)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), target);
        request.Headers.Add("Idempotency-Key", id.Replace(' ', '-'));
        if (body.Length > 0)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return request;
    }

    private static async Task<(JsonNode View, bool IsReplayed)> SendAsync(TestReplica replica, string method, string target, string body, string id)
    {
        using var request = Request(method, target, body, id);
        using var response = await replica.Client.SendAsync(request);
        return (await TestReplica.JsonAsync(response), response.Headers.Contains("Idempotent-Replayed"));
    }
}
