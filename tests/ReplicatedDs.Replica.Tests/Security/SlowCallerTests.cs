using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ReplicatedDs.Replica.Gateways.Resp;
using ReplicatedDs.Replica.Tests.Gateways;
using ReplicatedDs.Replica.Tests.Http;
using ReplicatedDs.SlowCallers;

namespace ReplicatedDs.Replica.Tests.Security;

/// <summary>Callers that keep a connection busy by being slow: each listener ends them, and serves others meanwhile.</summary>
public sealed class SlowCallerTests : IDisposable
{
    private const string Key = "a key that may write";

    // Two seconds by the setting below; the rest is a busy machine.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _file = Path.GetTempFileName();

    public SlowCallerTests() => File.WriteAllText(_file, $$"""{"keys":[{"name":"writer","role":"write","key":"{{Key}}"}]}""");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Http_HeadThatTrickles_IsAnswered408AndClosed()
    {
        await using var replica = await StartHttpAsync();
        using var slow = await SlowConnection.ConnectAsync(Endpoint(replica));
        await slow.SendAsync($"GET /kv/x HTTP/1.1\r\nHost: {replica.Address.Authority}\r\nX-Endless: ");
        await slow.DripAsync("a", Patience);
        Assert.StartsWith("HTTP/1.1 408 ", slow.Answer, StringComparison.Ordinal);
        await ServesAsync(replica);
    }

    [Fact]
    public async Task Http_BodyThatTrickles_IsAnswered408AndWritesNothing()
    {
        await using var replica = await StartHttpAsync();
        using var slow = await SlowConnection.ConnectAsync(Endpoint(replica));
        await slow.SendAsync($"PUT /kv/slow HTTP/1.1\r\nHost: {replica.Address.Authority}\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n");
        await slow.DripAsync("a", Patience);
        Assert.StartsWith("HTTP/1.1 408 ", slow.Answer, StringComparison.Ordinal);
        Assert.Contains("urn:replicated-ds:slow-request", slow.Answer, StringComparison.Ordinal);
        Assert.Null(replica.Node.State.Keys.Find("slow"));
        await ServesAsync(replica);
    }

    [Fact]
    public async Task Http_AnswersThatNobodyReads_AreGivenUp()
    {
        await using var replica = await StartHttpAsync();
        replica.Node.Write("big", new string('v', 1 << 20));
        using var deaf = await SlowConnection.ConnectAsync(Endpoint(replica), isDeaf: true);
        var get = $"GET /kv/big HTTP/1.1\r\nHost: {replica.Address.Authority}\r\n\r\n";
        await deaf.SendAsync(string.Concat(Enumerable.Repeat(get, 50)));
        await deaf.IsGivenUpAsync(get, Patience);
        await ServesAsync(replica);
    }

    [Theory]
    [InlineData("/events")]
    [InlineData("/watch")]
    public async Task Http_FeedThatNobodyReads_IsGivenUp(string feed)
    {
        await using var replica = await StartHttpAsync();
        using var deaf = await SlowConnection.ConnectAsync(Endpoint(replica), isDeaf: true);
        await deaf.SendAsync($"GET {feed} HTTP/1.1\r\nHost: {replica.Address.Authority}\r\n\r\n");
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(() =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                replica.Node.Write($"{new string('k', 900)}{i % 100}", "1");
            }
        });
        try
        {
            await deaf.IsGivenUpAsync("GET / HTTP/1.1\r\n", Patience);
        }
        finally
        {
            await stop.CancelAsync();
            await writing;
        }

        await ServesAsync(replica);
    }

    [Fact]
    public async Task Resp_HalfACommand_IsCutOff_AndSilenceIsNot()
    {
        var time = new ManualTime();
        await using var replica = await TestReplica.StartAsync(TestNode.Founded(time));
        using var silent = await RespClient.ConnectAsync(replica.RespEndpoint);
        Assert.Equal("+PONG", await silent.AskAsync("PING"));
        foreach (var half in (string[])["*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$1000000\r\nvvv", "*2\r\n", "GET x", "*1\r\n$4\r\nPING\r\n*1"])
        {
            using var stalled = await RespClient.ConnectAsync(replica.RespEndpoint);
            Assert.Equal("+PONG", await stalled.AskAsync("PING"));
            await stalled.SendBytesAsync(Encoding.ASCII.GetBytes(half));
            if (half.Contains("PING", StringComparison.Ordinal))
            {
                Assert.Equal("+PONG", await stalled.ReceiveAsync());
            }

            await AfterAsync(time, stalled.ClosedAsync());
        }

        Assert.Equal(4, replica.Log.All.Count(line => line.Contains("in the middle of a command", StringComparison.Ordinal)));
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal("+PONG", await silent.AskAsync("PING"));
    }

    [Fact]
    public async Task Resp_CommandInPieces_HasTheWholeTimeForEach()
    {
        var time = new ManualTime();
        await using var replica = await TestReplica.StartAsync(TestNode.Founded(time));
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        for (var i = 0; i < 10; i++)
        {
            // A whole command and half of the next: its time begins anew with each.
            await client.SendBytesAsync(Encoding.ASCII.GetBytes(i == 0 ? "*1\r\n$4\r\nPI" : "NG\r\n*1\r\n$4\r\nPI"));
            if (i > 0)
            {
                Assert.Equal("+PONG", await client.ReceiveAsync());
            }

            // The clock of this half may start only after the answer before it has come: less than half of what is allowed.
            time.Advance(TimeSpan.FromSeconds(14));
        }

        await client.SendBytesAsync("NG\r\n"u8.ToArray());
        Assert.Equal("+PONG", await client.ReceiveAsync());
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("+PONG", await client.AskAsync("PING"));
    }

    [Fact]
    public async Task Resp_StrangerThatNeverShowsAKey_IsCutOffHoweverMuchItSays()
    {
        var time = new ManualTime();
        await using var replica = await TestReplica.StartAsync(TestNode.Founded(time), ("Security:KeysFile", _file));
        using var known = await RespClient.ConnectAsync(replica.RespEndpoint);
        Assert.Equal("+OK", await known.AskAsync("AUTH", Key));
        using var stranger = await RespClient.ConnectAsync(replica.RespEndpoint);
        Assert.Equal("-NOAUTH Authentication required.", await stranger.AskAsync("PING"));
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("-NOAUTH Authentication required.", await stranger.AskAsync("PING"));
        time.Advance(TimeSpan.FromSeconds(10));
        await stranger.ClosedAsync();
        await Eventually.TrueAsync(() => replica.Log.All.Any(line => line.Contains("shown no key", StringComparison.Ordinal)), () => string.Join('\n', replica.Log.All));
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal("null", await known.AskAsync("GET x"));
    }

    [Fact]
    public async Task Text_AnswersThatNobodyReads_AreGivenUp()
    {
        var time = new ManualTime();
        await using var replica = await TestReplica.StartAsync(TestNode.Founded(time));
        replica.Node.Write("big", new string('v', 1 << 20));
        using var deaf = await TextClient.ConnectAsync(replica.TextEndpoint);
        await deaf.SendBytesAsync([.. Enumerable.Repeat(TextClient.Frame("CRbig"u8.ToArray()), 100).SelectMany(one => one)]);
        await AfterAsync(time, Eventually.TrueAsync(
            () => replica.Log.All.Any(line => line.Contains("closed the connection", StringComparison.Ordinal)), () => string.Join('\n', replica.Log.All)));
        using var client = await TextClient.ConnectAsync(replica.TextEndpoint);
        Assert.Equal("Sx:", await client.AskAsync("CRx"));
    }

    [Fact]
    public async Task Text_StrangerThatSaysNothing_IsCutOffSoonerThanOneThatHasShownAKey()
    {
        var time = new ManualTime();
        await using var replica = await TestReplica.StartAsync(TestNode.Founded(time), ("Security:KeysFile", _file));
        using var known = await TextClient.ConnectAsync(replica.TextEndpoint);
        await known.SendAsync($"CA{Key}");
        Assert.Equal("Sx:", await known.AskAsync("CRx"));
        using var stranger = await TextClient.ConnectAsync(replica.TextEndpoint);
        var closed = stranger.ClosedAsync();
        var passed = TimeSpan.Zero;
        await Eventually.TrueAsync(
            () =>
            {
                if (closed.IsCompleted)
                {
                    return true;
                }

                (passed, var step) = (passed + TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
                if (passed < TimeSpan.FromMinutes(9))
                {
                    time.Advance(step);
                }

                return false;
            },
            () => $"still open after {passed.TotalSeconds} s");
        await closed;
        Assert.Equal("Sx:", await known.AskAsync("CRx"));
    }

    [Fact]
    public async Task Http_ConnectionsOverTheBound_AreClosedAndTheOthersGoOn()
    {
        await using var replica = await TestReplica.StartAsync(null, ("Limits:Connections", "3"));
        await ServesAsync(replica); // one that is kept
        using var second = await SlowConnection.ConnectAsync(Endpoint(replica));
        using var third = await SlowConnection.ConnectAsync(Endpoint(replica));
        using var over = await SlowConnection.ConnectAsync(Endpoint(replica));
        await over.DripAsync("G", Patience);
        Assert.Equal("", over.Answer);
        await ServesAsync(replica);
    }

    [Fact]
    public async Task Resp_ConnectionsOverTheBound_AreToldSoAndClosed()
    {
        await using var replica = await TestReplica.StartAsync(null, ("Gateways:Resp:Connections", "2"), ("Gateways:Text:Connections", "1"));
        using var one = await RespClient.ConnectAsync(replica.RespEndpoint);
        using var two = await RespClient.ConnectAsync(replica.RespEndpoint);
        Assert.Equal("+PONG", await one.AskAsync("PING"));
        Assert.Equal("+PONG", await two.AskAsync("PING"));
        using (var over = await RespClient.ConnectAsync(replica.RespEndpoint))
        {
            Assert.Equal("-ERR max number of clients reached", await over.ReceiveAsync());
            await over.ClosedAsync();
        }

        one.Dispose();
        var clients = replica.Services.GetRequiredService<RespClients>();
        await Eventually.TrueAsync(() => clients.Count == 1, () => $"{clients.Count} clients");
        using var text = await TextClient.ConnectAsync(replica.TextEndpoint);
        Assert.Equal("Sx:", await text.AskAsync("CRx"));
        using var textOver = await TextClient.ConnectAsync(replica.TextEndpoint);
        await textOver.ClosedAsync();
    }

    private static Task<TestReplica> StartHttpAsync() => TestReplica.StartAsync(null, ("Limits:SlowSeconds", "2"));

    private static IPEndPoint Endpoint(TestReplica replica) => new(IPAddress.Loopback, replica.Address.Port);

    private static async Task ServesAsync(TestReplica replica)
    {
        using var answer = await replica.Client.GetAsync("/clock");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>Lets time pass, as much as it takes: when a slow caller's clock starts only its end shows.</summary>
    private static async Task AfterAsync(ManualTime time, Task end)
    {
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(5));
                return end.IsCompleted;
            },
            () => "The connection is still open.");
        await end;
    }
}
