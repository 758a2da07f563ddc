using System.Text;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Http.Problems;

namespace ReplicatedDs.Replica.Tests.Http;

/// <summary>Keys come from the raw request target, decoded exactly once.</summary>
public class KeyTests
{
    [Theory]
    [InlineData("x", "x")]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%2fb", "a/b")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("%25", "%")]
    [InlineData("a+b", "a+b")]
    [InlineData("a%20b", "a b")]
    [InlineData("%C3%BC", "ü")]
    [InlineData("%f0%9f%90%88", "🐈")]
    [InlineData("a:b;c=d@e", "a:b;c=d@e")]
    [InlineData("%2E%2E%2E", "...")]
    [InlineData("replicas", "replicas")]
    [InlineData("%3Fa", "?a")]
    public async Task Put_EncodedKey_IsDecodedOnce(string encoded, string key)
    {
        await using var replica = await TestReplica.StartAsync();
        var written = await RawHttp.SendAsync(replica.Address, "PUT", "/kv/" + encoded, body: "1");
        Assert.True(written.Status == 200, written.Body);
        Assert.NotNull(replica.Node.State.Keys.Find(key));
        Assert.Single(replica.Node.State.Keys.All);
        var read = await RawHttp.SendAsync(replica.Address, "GET", "/kv/" + encoded + "?a=/b/..");
        Assert.Equal((200, "1"), (read.Status, read.Body));
        var found = await RawHttp.SendAsync(replica.Address, "GET", "/kv/" + encoded + "/replicas");
        Assert.Contains("\"state\":\"present\"", found.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_AbsoluteTarget_NamesTheSameKey()
    {
        await using var replica = await TestReplica.StartAsync();
        Assert.Equal(200, (await RawHttp.SendAsync(replica.Address, "PUT", $"http://{replica.Address.Authority}/kv/a%2Fb?x", body: "1")).Status);
        Assert.NotNull(replica.Node.State.Keys.Find("a/b"));
    }

    [Theory]
    [InlineData("/kv/")]
    [InlineData("/kv//replicas")]
    [InlineData("/kv/.")]
    [InlineData("/kv/..")]
    [InlineData("/kv/%2e")]
    [InlineData("/kv/%2E%2e")]
    [InlineData("/kv/%2e%2e/replicas")]
    [InlineData("/kv/a%")]
    [InlineData("/kv/a%2")]
    [InlineData("/kv/a%zz")]
    [InlineData("/kv/%ff")]
    [InlineData("/kv/%C3")]
    [InlineData("/kv/%ED%A0%80")]
    [InlineData("/kv/%C0%AF")]
    public async Task AnyMethod_BadKey_Is400WithASentence(string target)
    {
        await using var replica = await TestReplica.StartAsync();
        foreach (var method in new[] { "GET", "PUT", "DELETE" })
        {
            RawHttp.AssertProblem(await RawHttp.SendAsync(replica.Address, method, target, body: method == "PUT" ? "1" : ""), 400, "bad-key");
        }

        Assert.Empty(replica.Node.State.Keys.All);
    }

    [Fact]
    public async Task Put_LongestAndTooLongKeys_AreToldApart()
    {
        await using var replica = await TestReplica.StartAsync();
        var longest = string.Concat(Enumerable.Repeat("%C3%BC", 512));
        Assert.Equal(200, (await RawHttp.SendAsync(replica.Address, "PUT", "/kv/" + longest, body: "1")).Status);
        RawHttp.AssertProblem(await RawHttp.SendAsync(replica.Address, "PUT", $"/kv/{longest}x", body: "1"), 400, "bad-key");
        RawHttp.AssertProblem(await RawHttp.SendAsync(replica.Address, "GET", "/kv/" + new string('x', 20_000)), 400, "bad-key");
    }

    [Theory]
    [InlineData("/kv/a/b")]
    [InlineData("/kv/a/replicas/b")]
    [InlineData("/x/../kv/a")]
    [InlineData("/%6Bv/a")]
    [InlineData("/KV/a")]
    [InlineData("/")]
    public async Task Get_WhatIsNoCall_Is404(string target)
    {
        await using var replica = await TestReplica.StartAsync();
        replica.Node.Write("a", "1");
        RawHttp.AssertProblem(await RawHttp.SendAsync(replica.Address, "GET", target), 404, "no-such-route");
    }

    [Fact]
    public void Decode_AnyBytes_GivesTheKeyOrAProblem()
    {
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = new byte[random.Next(1, 6)];
            random.NextBytes(bytes);
            var encoded = string.Concat(bytes.Select(one => $"%{one:x2}"));
            try
            {
                Assert.Equal(bytes, Encoding.UTF8.GetBytes(RawKey.Decode(encoded)));
            }
            catch (ProblemException problem)
            {
                Assert.Equal("bad-key", problem.Problem.Kind.Name);
            }
        }
    }
}
