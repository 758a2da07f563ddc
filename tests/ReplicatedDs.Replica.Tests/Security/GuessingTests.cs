using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Tests.Gateways;
using ReplicatedDs.Replica.Tests.Http;

namespace ReplicatedDs.Replica.Tests.Security;

/// <summary>Whoever tries keys has to wait, at every listener; whoever has one goes on.</summary>
public sealed class GuessingTests : IDisposable
{
    private const int Tries = 10;
    private const string Reader = "a key that may read";
    private const string Writer = "a key that may write";
    private static readonly IPAddress Elsewhere = IPAddress.Parse("127.0.0.2");

    private readonly string _file = Path.GetTempFileName();
    private readonly ManualTime _time = new();

    public GuessingTests() => File.WriteAllText(_file, $$"""
        {"keys":[{"name":"reader","role":"read","key":"{{Reader}}"}, {"name":"writer","role":"write","key":"{{Writer}}"}]}
        """);

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Http_AfterTenWrongKeys_SaysWhenToComeAgainAndDoesNotLookAtTheNext()
    {
        await using var replica = await StartAsync();
        using (var known = await GetAsync(replica.Client, Reader))
        {
            Assert.Equal(HttpStatusCode.OK, known.StatusCode);
        }

        for (var i = 0; i < Tries; i++)
        {
            using var wrong = await GetAsync(replica.Client, Guess(i));
            await TestReplica.ProblemAsync(wrong, "unauthorized");
        }

        foreach (var key in (string[])[Guess(Tries), Writer])
        {
            using var refused = await GetAsync(replica.Client, key);
            var problem = await TestReplica.ProblemAsync(refused, "too-many-wrong-keys");
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.Equal("60", refused.Headers.GetValues("Retry-After").Single());
            Assert.Equal("Too many wrong keys came from this address; try again in 60 s.", (string?)problem["detail"]);
        }

        // The connection that has shown its key goes on; no other one is told that this key is right.
        using var shown = await GetAsync(replica.Client, Reader);
        Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        using var another = From(replica, IPAddress.Loopback);
        using var untold = await GetAsync(another, Reader);
        await TestReplica.ProblemAsync(untold, "too-many-wrong-keys");
        _time.Advance(TimeSpan.FromSeconds(60));
        using var later = await GetAsync(replica.Client, Writer);
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);
    }

    [Fact]
    public async Task RightKey_FromAnotherAddress_IsNotLockedOut()
    {
        if (OperatingSystem.IsMacOS())
        {
            return; // has one loopback address only
        }

        await using var replica = await StartAsync();
        await GuessByRespAsync(replica);
        using var elsewhere = From(replica, Elsewhere);
        using var right = await GetAsync(elsewhere, Writer);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        using var resp = await RespClient.ConnectAsync(replica.RespEndpoint, Elsewhere);
        Assert.Equal("+OK", await resp.AskAsync("AUTH", Writer));
        using var text = await TextClient.ConnectAsync(replica.TextEndpoint, Elsewhere);
        await text.SendAsync($"CA{Writer}");
        Assert.Equal("Sx:", await text.AskAsync("CRx"));
    }

    [Fact]
    public async Task WrongKeys_OfOneListener_CountAtAll()
    {
        await using var replica = await StartAsync();
        using var authenticated = await RespClient.ConnectAsync(replica.RespEndpoint);
        Assert.Equal("+OK", await authenticated.AskAsync("AUTH", Reader));
        await GuessByRespAsync(replica);

        using var resp = await RespClient.ConnectAsync(replica.RespEndpoint);
        Assert.Equal("-WRONGPASS Too many wrong keys came from this address; try again in 60 s.", await resp.AskAsync("AUTH", Writer));
        Assert.Equal("-WRONGPASS Too many wrong keys came from this address; try again in 60 s.", await resp.AskAsync("HELLO", "3", "AUTH", "default", Writer));
        Assert.Equal("-NOAUTH Authentication required.", await resp.AskAsync("GET x"));
        using var text = await TextClient.ConnectAsync(replica.TextEndpoint);
        await text.SendAsync($"CA{Writer}");
        await text.ClosedAsync();
        await Eventually.TrueAsync(() => replica.Log.All.Any(line => line.Contains("Too many wrong keys", StringComparison.Ordinal)), () => string.Join('\n', replica.Log.All));
        using var http = await GetAsync(replica.Client, Writer);
        await TestReplica.ProblemAsync(http, "too-many-wrong-keys");

        // A connection that has shown its key is not asked again.
        Assert.Equal("null", await authenticated.AskAsync("GET x"));
    }

    [Fact]
    public async Task Text_TenWrongKeys_LockOut()
    {
        await using var replica = await StartAsync();
        for (var i = 0; i < Tries; i++)
        {
            using var guesser = await TextClient.ConnectAsync(replica.TextEndpoint);
            await guesser.SendAsync($"CA{Guess(i)}");
            await guesser.ClosedAsync();
        }

        using var http = await GetAsync(replica.Client, Writer);
        await TestReplica.ProblemAsync(http, "too-many-wrong-keys");
    }

    [Fact]
    public async Task CallersWithoutAKey_AreNoGuessers()
    {
        await using var replica = await StartAsync();
        for (var i = 0; i < 3 * Tries; i++)
        {
            using var none = await GetAsync(replica.Client, null);
            await TestReplica.ProblemAsync(none, "unauthorized");
        }

        using var right = await GetAsync(replica.Client, Writer);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
    }

    [Fact]
    public async Task WithoutAFileOfKeys_GuessesOfTheClusterKeyAreLimitedAndDataIsNot()
    {
        await using var replica = await TestReplica.StartAsync(TestNode.Founded(_time));
        for (var i = 0; i < Tries; i++)
        {
            using var wrong = await GetAsync(replica.Client, Guess(i), "/admin/links");
            await TestReplica.ProblemAsync(wrong, "unauthorized");
        }

        using var refused = await GetAsync(replica.Client, TestReplica.ClusterKey, "/admin/links");
        await TestReplica.ProblemAsync(refused, "too-many-wrong-keys");
        using var data = await GetAsync(replica.Client, "whatever");
        Assert.Equal(HttpStatusCode.OK, data.StatusCode);
    }

    [Theory]
    [InlineData("Limits:WrongKeys", "-1")]
    [InlineData("Limits:WrongKeysSeconds", "0")]
    [InlineData("Limits:SlowSeconds", "1")]
    [InlineData("Limits:Connections", "none")]
    [InlineData("Gateways:Resp:Connections", "0")]
    [InlineData("Gateways:Text:Connections", "1e9")]
    public async Task Setting_OutOfRange_IsRefusedWithASentence(string name, string value)
    {
        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => TestReplica.StartAsync(null, (name, value)));
        Assert.Matches($"^{name} is '{value}'; it has to be a number from [0-9]+ to [0-9]+\\.$", refused.Message);
    }

    private static string Guess(int number) => string.Create(CultureInfo.InvariantCulture, $"a guess of a key, number {number}");

    private static Task<HttpResponseMessage> GetAsync(HttpClient client, string? key, string path = "/clock")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return client.SendAsync(request);
    }

    private static async Task GuessByRespAsync(TestReplica replica)
    {
        using var guesser = await RespClient.ConnectAsync(replica.RespEndpoint);
        for (var i = 0; i < Tries; i++)
        {
            Assert.Equal("-WRONGPASS invalid username-password pair or user is disabled.", await guesser.AskAsync("AUTH", Guess(i)));
        }
    }

    private static HttpClient From(TestReplica replica, IPAddress address) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = replica.Address };

    private Task<TestReplica> StartAsync() => TestReplica.StartAsync(TestNode.Founded(_time), ("Security:KeysFile", _file));
}
