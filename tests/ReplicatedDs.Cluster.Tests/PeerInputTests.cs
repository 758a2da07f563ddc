using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Wire;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>What strangers and broken peers send to the port between replicas.</summary>
public sealed class PeerInputTests(PeerInputTests.Fixture fixture) : IClassFixture<PeerInputTests.Fixture>
{
    private const string StreamType = "application/vnd.replicated-ds.stream.v1";

    private TestCluster Cluster => fixture.Cluster;

    [Theory]
    [InlineData("GET", "/replication/cluster")]
    [InlineData("GET", "/replication/snapshot")]
    [InlineData("GET", "/replication/update/1/1")]
    [InlineData("POST", "/replication/join")]
    [InlineData("POST", "/replication/stream")]
    [InlineData("GET", "/nowhere")]
    public async Task Caller_WithoutTheClusterKey_IsRefused(string method, string path)
    {
        foreach (var key in new[] { null, "", "wrong-key-of-sixteen-letters", Cluster.Describe().ClusterKey + "x" })
        {
            await RefusedAsync(HttpStatusCode.Unauthorized, new HttpMethod(method), path, key, null);
        }
    }

    [Theory]
    [InlineData("GET", "/nowhere", HttpStatusCode.NotFound)]
    [InlineData("GET", "/replication/update/one/two", HttpStatusCode.NotFound)]
    [InlineData("GET", "/replication/stream", HttpStatusCode.MethodNotAllowed)]
    public async Task Call_ThatDoesNotExist_IsRefusedWithASentence(string method, string path, HttpStatusCode status) =>
        await RefusedAsync(status, new HttpMethod(method), path, Key, null);

    [Fact]
    public async Task OpenApi_OfTheClientPort_ListsNoPeerCall()
    {
        var paths = (await Cluster[1].GetAsync<JsonElement>("/openapi/v1.json")).GetProperty("paths").EnumerateObject().Select(path => path.Name).ToList();
        Assert.Equal(["/replication/updates"], paths.Where(path => path.StartsWith("/replication", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("application/vnd.replicated-ds.stream.v2")]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    public async Task Stream_OfAnUnknownTypeOrVersion_IsRefused(string contentType) =>
        await RefusedAsync(HttpStatusCode.UnsupportedMediaType, HttpMethod.Post, "/replication/stream", Key, Body(Frame(Envelope()), contentType));

    [Fact]
    public async Task Stream_CutAnywhere_HarmsNobody()
    {
        var frame = Frame(Envelope());
        for (var length = 0; length < frame.Length; length++)
        {
            using var answer = await PeerPort.SendAsync(Cluster[1].Peer, HttpMethod.Post, "/replication/stream", Key, Body(frame[..length]));
            Assert.True((int)answer.StatusCode is 200 or (>= 400 and < 500), $"{length} of {frame.Length} bytes were answered {answer.StatusCode}");
        }

        await IsHealthyAsync();
    }

    public static TheoryData<string, byte[]> BadFrames => new()
    {
        { "claims 4 GiB", [0xFF, 0xFF, 0xFF, 0xFF, 1] },
        { "claims 2 GiB", [0x7F, 0xFF, 0xFF, 0xFF, 1] },
        { "is empty", [0, 0, 0, 0] },
        { "is noise", [0, 0, 0, 5, 1, 2, 3, 4, 5] },
        { "is of a later version", [0, 0, 0, 1, 200] },
        { "is text", Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n") },
    };

    [Theory]
    [MemberData(nameof(BadFrames))]
    public async Task Stream_WithAFrameThatMakesNoSense_IsRefused(string what, byte[] frame)
    {
        Assert.False(string.IsNullOrEmpty(what));
        await RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/replication/stream", Key, Body(frame));
    }

    [Fact]
    public async Task Peer_OfAnotherCluster_IsRefused()
    {
        await RefusedAsync(
            HttpStatusCode.Conflict, HttpMethod.Post, "/replication/stream", Key, Body(Frame(Envelope() with { ClusterId = new string('a', 32) })));
        await RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, "/replication/join", Key, Join(new string('a', 32)));
    }

    [Fact]
    public async Task Peer_ThatIsNotWhoItClaims_IsRefused()
    {
        await RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, "/replication/stream", Key, Body(Frame(Envelope() with { FromIncarnation = new Incarnation(7) })));
        await RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Post, "/replication/stream", Key, Body(Frame(Envelope() with { From = new ReplicaId(900) })));
        await RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, "/replication/stream", Key, Body(Frame(Envelope() with { To = new ReplicaId(2) })));
    }

    [Fact]
    public async Task Joiner_WithATakenId_IsRefused() =>
        await RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, "/replication/join", Key, Join(Cluster.Describe().ClusterId));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"id\":0}")]
    [InlineData("{\"id\":7,\"incarnation\":\"xyz\",\"name\":\"r\",\"http\":\"nowhere\",\"peer\":\"nowhere\"}")]
    public async Task Join_Malformed_IsRefused(string json) => await RefusedAsync(
        HttpStatusCode.BadRequest, HttpMethod.Post, "/replication/join", Key, new StringContent(json, Encoding.UTF8, "application/json"));

    private string Key => Cluster.Describe().ClusterKey;

    private async Task RefusedAsync(HttpStatusCode status, HttpMethod method, string path, string? key, HttpContent? content)
    {
        using var response = await PeerPort.SendAsync(Cluster[1].Peer, method, path, key, content);
        var answer = await Http.ReadAsync(response.RequestMessage!, response);
        answer.ExpectProblem(status);
        await IsHealthyAsync();
    }

    private async Task IsHealthyAsync()
    {
        (await Cluster[1].HealthAsync()).Expect(HttpStatusCode.OK);
        var members = await Cluster[1].MembersAsync();
        Assert.Equal([1, 2], members.Members.Where(member => member.Status == "active").Select(member => member.Id).Order());
    }

    /// <summary>A heartbeat as replica 2 would send it to replica 1.</summary>
    private PeerEnvelope Envelope() => new(
        Cluster.Describe().ClusterId, new ReplicaId(2), fixture.SecondsIncarnation, new ReplicaId(1), Boot: 1, Process: 1, [new Heartbeat(VectorClock.Empty, Paused: false)]);

    private static byte[] Frame(PeerEnvelope envelope)
    {
        var buffer = new ArrayBufferWriter<byte>();
        EnvelopeCodec.Write(buffer, envelope);
        var frame = new byte[4 + buffer.WrittenCount];
        BinaryPrimitives.WriteInt32BigEndian(frame, buffer.WrittenCount);
        buffer.WrittenSpan.CopyTo(frame.AsSpan(4));
        return frame;
    }

    private static ByteArrayContent Body(byte[] bytes, string contentType = StreamType)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        return content;
    }

    private static StringContent Join(string clusterId) => new(
        JsonSerializer.Serialize(new { clusterId, id = 2, incarnation = new Incarnation(7).ToString(), name = "stranger", http = "http://127.0.0.1:1/", peer = "http://127.0.0.1:1/" }),
        Encoding.UTF8,
        "application/json");

    public sealed class Fixture : ClusterFixture
    {
        // As many wrong keys as a test likes: PeerAttackTests are about their number.
        internal override ClusterSpec Spec => new() { Count = 2, Environment = new Dictionary<string, string> { ["Limits__WrongKeys"] = "0" } };

        internal Incarnation SecondsIncarnation { get; private set; }

        public override async Task InitializeAsync()
        {
            await base.InitializeAsync();
            var second = (await Cluster[1].MembersAsync()).Members.Single(member => member.Id == 2);
            Assert.True(Incarnation.TryParse(second.Incarnation, out var incarnation));
            SecondsIncarnation = incarnation;
        }
    }
}
