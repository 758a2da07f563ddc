using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace ReplicatedDs.Replica.Tests.Http;

/// <summary>Whatever is wrong with a request, the answer is a problem with a sentence, and the replica goes on.</summary>
public class BadRequestTests
{
    [Theory]
    [InlineData("{", "bad-json")]
    [InlineData("", "bad-json")]
    [InlineData("null", "bad-json")]
    [InlineData("[]", "bad-json")]
    [InlineData("{}", "bad-json")]
    [InlineData("{\"mode\":null}", "bad-json")]
    [InlineData("{\"mode\":3}", "bad-json")]
    [InlineData("{\"mode\":\"hold\",\"delayMs\":\"5\"}", "bad-json")]
    [InlineData("{\"mode\":\"hold\",\"dealyMs\":5}", "bad-json")]
    [InlineData("{\"mode\":\"hold\",\"mode\":\"ok\"}", "bad-json")]
    [InlineData("{\"mode\":\"hold\"} x", "bad-json")]
    [InlineData("{\"mode\":\"hold\",\"delayMs\":99999999999}", "bad-json")]
    [InlineData("{\"mode\":\"cut\"}", "bad-request")]
    [InlineData("{\"mode\":\"delay\",\"delayMs\":-1}", "bad-request")]
    [InlineData("{\"mode\":\"delay\",\"delayMs\":600001}", "bad-request")]
    [InlineData("{\"mode\":\"drop\",\"dropPercent\":101}", "bad-request")]
    [InlineData("{\"mode\":\"hold\",\"expiresSeconds\":0}", "bad-request")]
    public async Task PutLink_BadBody_IsRefusedWithASentence(string body, string name)
    {
        await using var replica = await TestReplica.StartAsync();
        using var response = await replica.Operator.PutAsync("/admin/links/2", new StringContent(body, Encoding.UTF8, "application/json"));
        var problem = await TestReplica.ProblemAsync(response, name);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.DoesNotContain("ReplicatedDs.", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task PutLink_OtherContentTypeOrTooMuch_IsRefused()
    {
        await using var replica = await TestReplica.StartAsync();
        using var text = await replica.Operator.PutAsync("/admin/links/2", new StringContent("{\"mode\":\"hold\"}"));
        await TestReplica.ProblemAsync(text, "unsupported-content-type");
        using var none = await replica.Operator.PutAsync("/admin/links/2", null);
        await TestReplica.ProblemAsync(none, "unsupported-content-type");
        using var large = await replica.Operator.PutAsync("/admin/links/2", new StringContent(new string(' ', 1 << 20), Encoding.UTF8, "application/json"));
        await TestReplica.ProblemAsync(large, "too-large");
    }

    [Fact]
    public async Task UnknownRoutesAndMethods_AreProblems()
    {
        await using var replica = await TestReplica.StartAsync();
        using var unknown = await replica.Client.GetAsync("/nothing/here");
        await TestReplica.ProblemAsync(unknown, "no-such-route");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var wrong = await replica.Client.PostAsync("/clock", null);
        await TestReplica.ProblemAsync(wrong, "method-not-allowed");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, wrong.StatusCode);
        Assert.Contains("GET", wrong.Content.Headers.Allow);

        // Told as it was sent.
        using var deep = await replica.Client.GetAsync("/kv/a%2Fb/c?d=e");
        Assert.StartsWith("There is no GET /kv/a%2Fb/c here;", (string?)(await TestReplica.ProblemAsync(deep, "no-such-route"))["detail"], StringComparison.Ordinal);
        using var patched = await replica.Client.PatchAsync("/kv/a%2Fb", null);
        Assert.StartsWith("/kv/a%2Fb does not take PATCH;", (string?)(await TestReplica.ProblemAsync(patched, "method-not-allowed"))["detail"], StringComparison.Ordinal);
        using var evict = await replica.Operator.PostAsync("/admin/evict/2", null);
        await TestReplica.ProblemAsync(evict, "unknown-peer");
    }

    [Theory]
    [InlineData("/pending/x/why", "bad-request")]
    [InlineData("/pending/1%231/why", "not-pending")]
    [InlineData("/pending/9%239/why", "not-pending")]
    [InlineData("/events?after=-1", "bad-request")]
    [InlineData("/events?after=x", "bad-request")]
    public async Task Get_BadParameters_AreProblems(string target, string name)
    {
        await using var replica = await TestReplica.StartAsync();
        using var response = await replica.Client.GetAsync(target);
        await TestReplica.ProblemAsync(response, name);
    }

    [Fact]
    public async Task LinkCalls_UnknownPeerOrNoNumber_AreProblems()
    {
        await using var replica = await TestReplica.StartAsync();
        async Task<HttpResponseMessage> PutAsync(string peer) =>
            await replica.Operator.PutAsync($"/admin/links/{peer}", new StringContent("{\"mode\":\"hold\"}", Encoding.UTF8, "application/json"));
        using var unknown = await PutAsync("7");
        await TestReplica.ProblemAsync(unknown, "unknown-peer");
        foreach (var bad in new[] { "x", "0", "-1", "99999999999" })
        {
            using var response = await PutAsync(bad);
            await TestReplica.ProblemAsync(response, "bad-request");
        }

        using var count = await replica.Operator.PostAsync("/admin/links/2/release?count=0", null);
        await TestReplica.ProblemAsync(count, "bad-request");
    }

    [Fact]
    public async Task BodyThatIsCut_DisturbsNobody()
    {
        await using var replica = await TestReplica.StartAsync();
        using (var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp))
        {
            await socket.ConnectAsync(IPAddress.Loopback, replica.Address.Port);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"PUT /kv/x HTTP/1.1\r\nHost: {replica.Address.Authority}\r\nContent-Length: 100\r\n\r\nshort"));
        }

        using var written = await replica.Client.PutAsync("/kv/y", new StringContent("1"));
        await TestReplica.JsonAsync(written);
        Assert.Null(replica.Node.State.Keys.Find("x"));
        Assert.DoesNotContain(replica.Log.All, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("SU9:9:1|x:1", "conflict", 409)]
    [InlineData("SU1:1:1|x:1", "conflict", 409)]
    [InlineData("SU1:1:99|x:1", "conflict", 409)]
    [InlineData("SU1:1:2|x:other", "conflict", 409)]
    [InlineData("CWx:1", "bad-update", 400)]
    [InlineData("SU", "bad-update", 400)]
    [InlineData("SU1:1:2|", "bad-update", 400)]
    [InlineData("SU1:1:2|x", "bad-update", 400)]
    [InlineData("SU1:1:2|.:1", "bad-key", 400)]
    [InlineData("", "bad-update", 400)]
    public async Task HandDelivery_OfWhatIsNotReal_IsRefused(string text, string name, int status)
    {
        await using var replica = await TestReplica.StartAsync();
        replica.Node.Write("x", "1");
        using var response = await Siblings.DeliverAsync(replica, text);
        await TestReplica.ProblemAsync(response, name);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task HandDelivery_AsAForm_SaysWhichTypeIsWanted()
    {
        await using var replica = await TestReplica.StartAsync();
        using var content = new StringContent("SU9:9:1|x:1");
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        using var response = await replica.Client.PostAsync("/replication/updates", content);
        Assert.Contains("Content-Type: text/plain", (string?)(await TestReplica.ProblemAsync(response, "unsupported-content-type"))["detail"], StringComparison.Ordinal);
        using var bytes = new ByteArrayContent([0xff, 0xfe]);
        bytes.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        using var notText = await replica.Client.PostAsync("/replication/updates", bytes);
        await TestReplica.ProblemAsync(notText, "bad-request");
    }
}
