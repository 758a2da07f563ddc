using System.Net;
using System.Text;
using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.SlowCallers;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>Whatever clients and strangers send: a clear sentence, and the replica goes on.</summary>
public sealed class BadInputTests(BadInputTests.Fixture fixture) : IClassFixture<BadInputTests.Fixture>
{
    private const string Put = "PUT";
    private const string Get = "GET";
    private const string Post = "POST";
    private const string Json = "Content-Type: application/json\r\n";
    private const string Token = "Causal-Token: ";

    private TestCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task ControlApi_HeadThatTrickles_IsAnswered408AndOthersAreServed()
    {
        var address = new Uri(Cluster.Describe().Control.Url);
        using var slow = await SlowConnection.ConnectAsync(new IPEndPoint(IPAddress.Loopback, address.Port));
        await slow.SendAsync($"GET /resources HTTP/1.1\r\nHost: {address.Authority}\r\nX-Endless: ");
        await slow.DripAsync("a", TimeSpan.FromMinutes(1)); // fifteen seconds by the limits; the rest is a busy machine
        Assert.StartsWith("HTTP/1.1 408 ", slow.Answer, StringComparison.Ordinal);
        (await Cluster.Control.CallAsync(HttpMethod.Get, "/resources")).Expect(HttpStatusCode.OK);
    }

    /// <summary>What is wrong; method and raw target; header lines (<c>{key}</c> is the cluster key); body; the status and the name of the problem.</summary>
    public static TheoryData<string, string, string, string, string, int, string> BadRequests => new()
    {
        { "key of 1025 bytes", Put, "/kv/" + new string('k', 1025), "", "v", 400, "bad-key" },
        { "key of 1026 bytes in 513 letters", Put, "/kv/" + string.Concat(Enumerable.Repeat("%C3%A4", 513)), "", "v", 400, "bad-key" },
        { "empty key", Put, "/kv/", "", "v", 400, "bad-key" },
        { "key .", Put, "/kv/.", "", "v", 400, "bad-key" },
        { "key ..", Put, "/kv/..", "", "v", 400, "bad-key" },
        { "key .. escaped", Put, "/kv/%2E%2e", "", "v", 400, "bad-key" },
        { "key not UTF-8", Put, "/kv/%FF%FE", "", "v", 400, "bad-key" },
        { "key cut inside a letter", Get, "/kv/%C3", "", "", 400, "bad-key" },
        { "key with an overlong form", Get, "/kv/%C0%AF", "", "", 400, "bad-key" },
        { "key with a surrogate", Get, "/kv/%ED%A0%80", "", "", 400, "bad-key" },
        { "key with a broken escape", Get, "/kv/%zz", "", "", 400, "bad-key" },
        { "garbage token", Get, "/kv/x", Token + "garbage\r\n", "", 400, "bad-token" },
        { "token that is base64url of nothing", Get, "/kv/x", Token + "AAAA\r\n", "", 400, "bad-token" },
        { "garbage token on a write", Put, "/kv/x", Token + "!!!\r\n", "v", 400, "bad-token" },
        { "timeout that is no number", Get, "/kv/x", "Causal-Timeout: soon\r\n", "", 400, "bad-timeout" },
        { "negative timeout", Get, "/kv/x", "Causal-Timeout: -1\r\n", "", 400, "bad-timeout" },
        { "condition that is no dot", Put, "/kv/x", "If-Match: \"yesterday\"\r\n", "v", 400, "bad-condition" },
        { "unknown route", Get, "/nowhere", "", "", 404, "no-such-route" },
        { "unknown method", "PATCH", "/kv/x", "", "v", 405, "method-not-allowed" },
        { "encoded body", Put, "/kv/x", "Content-Encoding: gzip\r\n", "v", 415, "unsupported-content-encoding" },
        { "foreign Host", Get, "/clock", "Host: attacker.example\r\n", "", 421, "foreign-host" },
        { "foreign Origin", Put, "/kv/x", "Origin: http://attacker.example\r\n", "v", 403, "foreign-origin" },
        { "cross-site page", Put, "/kv/x", "Sec-Fetch-Site: cross-site\r\n", "v", 403, "foreign-origin" },
        { "pending that is no dot", Get, "/pending/nothing/why", "", "", 400, "" },
        { "pending that does not wait", Get, "/pending/9%239/why", "", "", 404, "not-pending" },
        { "operator call without key", Post, "/admin/leave", "", "", 401, "unauthorized" },
        { "operator call with a wrong key", Post, "/admin/leave", "Authorization: Bearer 0123456789abcdef0123456789abcdef\r\n", "", 401, "unauthorized" },
        { "operator call with an empty key", Post, "/admin/crash", "Authorization: Bearer \r\n", "", 401, "unauthorized" },
        { "operator call with Basic", Post, "/admin/guests", "Authorization: Basic e2tleX0=\r\n", "", 401, "unauthorized" },
        { "links with a wrong key", "DELETE", "/admin/links", "Authorization: Bearer x\r\n", "", 401, "unauthorized" },
        { "link with malformed JSON", Put, "/admin/links/2", Json + "Authorization: Bearer {key}\r\n", "{\"mode\":", 400, "bad-json" },
        { "link with an unknown mode", Put, "/admin/links/2", Json + "Authorization: Bearer {key}\r\n", "{\"mode\":\"melt\"}", 400, "" },
        { "link with a negative delay", Put, "/admin/links/2", Json + "Authorization: Bearer {key}\r\n", "{\"mode\":\"delay\",\"delayMs\":-5}", 400, "" },
        { "link as text", Put, "/admin/links/2", "Content-Type: text/plain\r\nAuthorization: Bearer {key}\r\n", "hold", 415, "unsupported-content-type" },
        { "link to nobody", Put, "/admin/links/99", Json + "Authorization: Bearer {key}\r\n", "{\"mode\":\"hold\"}", 404, "unknown-peer" },
        { "hand delivery as JSON", Post, "/replication/updates", Json, "{}", 415, "unsupported-content-type" },
        { "replication on the client port", Post, "/replication/stream", "Authorization: Bearer {key}\r\n", "", 404, "no-such-route" },
        { "events after nonsense", Get, "/events?after=yesterday", "", "", 400, "" },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task Request_ThatIsWrong_GetsASentence(string what, string method, string target, string headers, string body, int status, string problem)
    {
        var answer = await RawAsync(method, target, headers, Encoding.UTF8.GetBytes(body));
        Assert.False(string.IsNullOrEmpty(what));
        answer.ExpectProblem((HttpStatusCode)status, problem.Length == 0 ? [] : [problem]);
        await IsHealthyAsync();
    }

    [Fact]
    public async Task Body_OverTheLimit_IsRefusedAndOneAtTheLimitIsNot()
    {
        const int Limit = 1 << 20;
        (await RawAsync(Put, "/kv/too-long", "", new byte[Limit + 1])).ExpectProblem(HttpStatusCode.RequestEntityTooLarge, "too-large");
        (await RawAsync(Put, "/kv/far-too-long", "", new byte[8 * Limit])).ExpectProblem(HttpStatusCode.RequestEntityTooLarge, "too-large");
        (await Cluster[1].GetAsync("too-long")).Expect(HttpStatusCode.NotFound);
        (await RawAsync(Put, "/kv/longest", "", new byte[Limit])).Expect(HttpStatusCode.OK);
        Assert.Equal(Limit, (await Cluster[1].GetAsync("longest")).Expect(HttpStatusCode.OK).Body.Length);
        await Eventually.SeesAsync(
            "replica-2 shows the longest value", () => Cluster[2].GetAsync("longest"), answer => answer.Body.Length == Limit && answer.Status == HttpStatusCode.OK);
        await IsHealthyAsync();
    }

    [Fact]
    public async Task Body_OfNoBytes_IsAValue()
    {
        (await RawAsync(Put, "/kv/empty", "", ReadOnlyMemory<byte>.Empty)).Expect(HttpStatusCode.OK);
        await Cluster[2].ShowsAsync("empty", "");
    }

    [Fact]
    public async Task Body_CutShort_HarmsNobody()
    {
        using (var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp))
        {
            await socket.ConnectAsync(IPAddress.Loopback, Cluster[1].Http.Port);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"PUT /kv/cut HTTP/1.1\r\nHost: {Cluster[1].Http.Authority}\r\nContent-Length: 100\r\n\r\nonly this"));
        }

        await IsHealthyAsync();
        (await Cluster[1].GetAsync("cut")).Expect(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Token_OfAnotherCluster_IsRefused()
    {
        await using var other = await TestCluster.StartAsync(new ClusterSpec { Count = 1 });
        var (_, alien) = await other[1].WriteAsync("x", "1");
        (await Cluster[1].GetAsync("x", alien)).ExpectProblem(HttpStatusCode.BadRequest, "bad-token");
        (await Cluster[1].PutAsync("x", "1", alien)).ExpectProblem(HttpStatusCode.BadRequest, "bad-token");

        // Nor does its key open anything here, and nothing of it enters.
        var key = other.Describe().ClusterKey;
        (await Cluster[1].OperateAsync(HttpMethod.Post, "/admin/leave", key: key)).ExpectProblem(HttpStatusCode.Unauthorized);
        using var answer = await PeerPort.SendAsync(Cluster[1].Peer, HttpMethod.Get, "/replication/snapshot", key);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        await IsHealthyAsync();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("...")]
    [InlineData("%2F..%2F")]
    [InlineData("a b?c#d&e=f")]
    [InlineData("ключ/鍵/🔑")]
    public async Task Key_OfAnyText_ComesBackAsItWent(string key)
    {
        await Cluster[1].WriteAsync(key, "value of " + key);
        await Cluster[2].ShowsAsync(key, "value of " + key);
    }

    [Fact]
    public Task Key_OfTheGreatestLength_IsTaken() => Key_OfAnyText_ComesBackAsItWent(new string('k', 1024));

    private async Task<Answer> RawAsync(string method, string target, string headers, ReadOnlyMemory<byte> body)
    {
        var server = Cluster[1].Http;
        var host = headers.Contains("Host:", StringComparison.Ordinal) ? "" : $"Host: {server.Authority}\r\n";
        headers = headers.Replace("{key}", Cluster.Describe().ClusterKey, StringComparison.Ordinal);
        return await RawHttp.SendAsync(server, $"{method} {target} HTTP/1.1\r\n{host}{headers}Content-Length: {body.Length}\r\nConnection: close\r\n\r\n", body);
    }

    private async Task IsHealthyAsync() => (await Cluster[1].HealthAsync()).Expect(HttpStatusCode.OK);

    public sealed class Fixture : ClusterFixture
    {
        internal override ClusterSpec Spec => new() { Count = 2 };
    }
}
