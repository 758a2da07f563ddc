using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Security;

namespace ReplicatedDs.Replica.Tests.Http;

/// <summary>Sessions: every /kv answer carries the token, and requests wait for what theirs covers.</summary>
public class CausalTokenTests
{
    private const string Header = "Causal-Token";

    [Fact]
    public async Task EveryKvAnswer_CarriesTheMergedToken()
    {
        await using var replica = await TestReplica.StartAsync();
        replica.Node.Write("x", "1");
        foreach (var (method, target, status) in new[]
        {
            ("GET", "/kv/x", 200), ("HEAD", "/kv/x", 200), ("GET", "/kv/none", 404), ("PUT", "/kv/y", 200), ("DELETE", "/kv/y", 200),
            ("GET", "/kv/x/replicas", 200), ("GET", "/kv/x?siblings=all", 200), ("POST", "/kv/x", 405), ("GET", "/kv/..", 400), ("GET", "/kv/x/nothing", 404),
        })
        {
            var (answered, head, _) = await RawHttp.SendAsync(replica.Address, method, target, $"{Header}: {Token((1, 2))}\r\n");
            Assert.True(answered == status, head);
            var clock = Read(head);
            Assert.True(clock.Covers(VectorClock.Of((1, 2))), $"{method} {target}: {clock}");
        }
    }

    [Fact]
    public async Task Answers_CoverWhatWasReadOrWritten()
    {
        await using var replica = await TestReplica.StartAsync();
        var (_, none, _) = await RawHttp.SendAsync(replica.Address, "GET", "/kv/none");
        Assert.Equal(replica.Node.State.Delivered, Read(none));
        var (_, written, _) = await RawHttp.SendAsync(replica.Address, "PUT", "/kv/x", body: "1");
        Assert.Equal(VectorClock.Of((1, 2)), Read(written));
    }

    [Fact]
    public async Task Get_TokenAhead_Is503WithTheExactMissingDots()
    {
        await using var replica = await TestReplica.StartAsync();
        var token = Token((1, 3), (2, 2), (5, 1));
        foreach (var method in new[] { "GET", "PUT", "DELETE" })
        {
            var answer = await RawHttp.SendAsync(replica.Address, method, "/kv/x", $"{Header}: {token}\r\nCausal-Timeout: 0\r\n", method == "PUT" ? "1" : "");
            RawHttp.AssertProblem(answer, 503, "causal-timeout");
            Assert.Contains("\"missing\":[\"1#2\",\"1#3\",\"2#1\",\"2#2\",\"5#1\"]", answer.Body, StringComparison.Ordinal);
            Assert.Equal(VectorClock.Of((1, 3), (2, 2), (5, 1)), Read(answer.Head));
            Assert.Contains("Retry-After: 1", answer.Head, StringComparison.Ordinal);
        }

        Assert.Null(replica.Node.State.Keys.Find("x"));
        var many = await RawHttp.SendAsync(replica.Address, "GET", "/kv/x", $"{Header}: {Token((7, 1L << 40))}\r\nCausal-Timeout: 1\r\n");
        var missing = System.Text.Json.Nodes.JsonNode.Parse(many.Body)!;
        Assert.Equal((100, 1L << 40), (missing["missing"]!.AsArray().Count, (long?)missing["missingCount"]));
    }

    [Fact]
    public async Task Get_TokenAhead_WaitsUntilItIsCovered()
    {
        await using var replica = await TestReplica.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/kv/x");
        request.Headers.Add(Header, Token((1, 2)));
        var reading = replica.Client.SendAsync(request);
        replica.Node.Write("x", "late");
        using var response = await reading;
        Assert.Equal("late", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Get_TimeoutPasses_AnswersAfterIt()
    {
        await using var replica = await TestReplica.StartAsync();
        var watch = Stopwatch.StartNew();
        RawHttp.AssertProblem(
            await RawHttp.SendAsync(replica.Address, "GET", "/kv/x", $"{Header}: {Token((1, 9))}\r\nCausal-Timeout: 100\r\n"), 503, "causal-timeout");
        Assert.InRange(watch.ElapsedMilliseconds, 90, 20_000);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("AAAA")]
    [InlineData("!!")]
    public async Task AnyMethod_GarbageToken_Is400(string token)
    {
        await using var replica = await TestReplica.StartAsync();
        RawHttp.AssertProblem(await RawHttp.SendAsync(replica.Address, "GET", "/kv/x", $"{Header}: {token}\r\n"), 400, "bad-token");
        RawHttp.AssertProblem(await RawHttp.SendAsync(replica.Address, "PUT", "/kv/x", $"{Header}: {token}\r\n", "1"), 400, "bad-token");
    }

    [Fact]
    public async Task Get_TokenOfAnotherCluster_Is400()
    {
        await using var replica = await TestReplica.StartAsync();
        var other = CausalToken.Write(VectorClock.Of((1, 1)), Encoding.UTF8.GetBytes(TestReplica.ClusterKey), new string('f', 32));
        RawHttp.AssertProblem(await RawHttp.SendAsync(replica.Address, "GET", "/kv/x", $"{Header}: {other}\r\n"), 400, "bad-token");
    }

    [Fact]
    public async Task Get_TwoTokens_AreMerged()
    {
        await using var replica = await TestReplica.StartAsync();
        var answer = await RawHttp.SendAsync(
            replica.Address, "GET", "/kv/x", $"{Header}: {Token((2, 1))}\r\n{Header}: {Token((3, 1))}\r\nCausal-Timeout: 0\r\n");
        Assert.Contains("[\"2#1\",\"3#1\"]", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("600001")]
    [InlineData("1.5")]
    [InlineData("soon")]
    public async Task Get_BadTimeout_Is400(string timeout)
    {
        await using var replica = await TestReplica.StartAsync();
        RawHttp.AssertProblem(await RawHttp.SendAsync(replica.Address, "GET", "/kv/x", $"Causal-Timeout: {timeout}\r\n"), 400, "bad-timeout");
    }

    [Fact]
    public async Task Kv_BeforeTheReplicaJoined_Is503WithTheSameToken()
    {
        await using var replica = await TestReplica.StartAsync(new TestNode());
        var answer = await RawHttp.SendAsync(replica.Address, "GET", "/kv/x", $"{Header}: anything\r\n");
        RawHttp.AssertProblem(answer, 503, "not-ready");
        Assert.Contains($"{Header}: anything", answer.Head, StringComparison.Ordinal);
        using var health = await replica.Client.GetAsync("/health");
        Assert.Equal("joining", (string?)(await TestReplica.ProblemAsync(health, "not-ready"))["phase"]);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
    }

    /// <summary>A replica that opens its data folder: it has no identity when the request comes, and one when the body has been read.</summary>
    [Fact]
    public async Task Kv_WhenTheReplicaBecomesReadyMeanwhile_IsNotServedWithoutItsToken()
    {
        var node = new TestNode();
        var options = new ApiOptions { Name = "replica-1", ClusterKeys = new ClusterKeys(TestReplica.ClusterKey, null) };
        var context = new DefaultHttpContext();
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = "/kv/x";
        context.Request.Headers[Header] = Token((1, 100));
        context.Request.Headers["Causal-Timeout"] = "0";
        var middleware = new KvMiddleware(
            async request =>
            {
                node.Found("http://127.0.0.1:1");
                await node.CoverAsync(request, KvRequest.Of(request));
            },
            node,
            options);
        var refused = await Assert.ThrowsAsync<ProblemException>(() => middleware.InvokeAsync(context));
        Assert.Equal(ProblemKinds.NotReady, refused.Problem.Kind);
    }

    private static string Token(params ReadOnlySpan<(int, long)> clock) =>
        CausalToken.Write(VectorClock.Of(clock), Encoding.UTF8.GetBytes(TestReplica.ClusterKey), TestNode.ClusterId);

    private static VectorClock Read(string head)
    {
        var line = head.Split("\r\n").Single(one => one.StartsWith(Header + ": ", StringComparison.Ordinal));
        Assert.True(CausalToken.TryRead(line[(Header.Length + 2)..], Encoding.UTF8.GetBytes(TestReplica.ClusterKey), TestNode.ClusterId, out var clock), line);
        return clock;
    }
}
