using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Gateways.Resp;
using ReplicatedDs.Replica.Gateways.Resp.Commands;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Storage;
using ReplicatedDs.Replica.Tests.Http;
using StackExchange.Redis;

namespace ReplicatedDs.Replica.Tests.Gateways;

/// <summary>The Redis protocol, on real sockets.</summary>
public class RespGatewayTests
{
    private const string WrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value";
    private const string NoInteger = "-ERR value is not an integer or out of range";

    [Fact]
    public async Task Strings_AsInRedis()
    {
        await ConverseAsync(
            ("GET x", "null"), ("SET x 1", "+OK"), ("GET x", "\"1\""), ("set x 2 NX", "null"), ("SET x 2 XX", "+OK"), ("SET new 1 XX", "null"),
            ("SET x 3 GET", "\"2\""), ("SET y 1 NX GET", "null"), ("SET y 2 NX GET", "\"1\""), ("GET y", "\"1\""), ("SET y 1 NX XX", "-ERR syntax error"),
            ("SET y 1 KEEPTTL", "+OK"), ("GETSET x 4", "\"3\""), ("SETNX x 5", ":0"), ("SETNX z 5", ":1"), ("MGET x none z", "[\"4\", null, \"5\"]"),
            ("MSET a 1 b 2", "+OK"), ("MSETNX b 3 c 3", ":0"), ("EXISTS c", ":0"), ("MSETNX c 3 d 4", ":1"), ("MGET a b c d", "[\"1\", \"2\", \"3\", \"4\"]"),
            ("APPEND log ab", ":2"), ("APPEND log cd", ":4"), ("STRLEN log", ":4"), ("STRLEN none", ":0"), ("GETDEL log", "\"abcd\""), ("GETDEL log", "null"),
            ("DEL a b b none", ":2"), ("UNLINK c", ":1"), ("EXISTS d d none", ":2"), ("TYPE d", "+string"), ("TYPE none", "+none"),
            ("MSET a", "-ERR wrong number of arguments for 'mset' command"), ("MSET a 1 b", "-ERR wrong number of arguments for 'mset' command"));
    }

    [Fact]
    public async Task Numbers_AsInRedis()
    {
        await ConverseAsync(
            ("INCR n", ":1"), ("INCRBY n 10", ":11"), ("DECR n", ":10"), ("DECRBY n 3", ":7"), ("GET n", "\"7\""), ("SET n 41", "+OK"), ("INCR n", ":42"), ("GET n", "\"42\""),
            ("APPEND n x", ":3"), ("INCR n", NoInteger), ("INCRBY m 1.5", NoInteger), ("SET big 9223372036854775807", "+OK"),
            ("INCR big", "-ERR increment or decrement would overflow"), ("GET big", "\"9223372036854775807\""), ("SET small -9223372036854775807", "+OK"),
            ("DECRBY small 2", "-ERR increment or decrement would overflow"), ("DECRBY small -9223372036854775808", "-ERR decrement would overflow"), ("TYPE n", "+string"));
    }

    [Fact]
    public async Task Sets_AsInRedis()
    {
        await ConverseAsync(
            ("SADD s b a b", ":2"), ("SADD s a", ":0"), ("SCARD s", ":2"), ("SMEMBERS s", "[\"a\", \"b\"]"), ("SISMEMBER s a", ":1"), ("SISMEMBER s c", ":0"),
            ("TYPE s", "+set"), ("SSCAN s 0 MATCH a*", "[\"0\", [\"a\"]]"), ("SREM s a c", ":1"), ("SREM s b", ":1"), ("EXISTS s", ":0"), ("SMEMBERS s", "[]"), ("SCARD none", ":0"),
            ("SADD s 1", ":1"), ("GET s", WrongType), ("INCR s", WrongType), ("APPEND s x", WrongType), ("STRLEN s", WrongType), ("MGET s", "[null]"), ("GETSET s 1", WrongType),
            ("SET r 1", "+OK"), ("SADD r 1", WrongType), ("SREM r 1", WrongType), ("SMEMBERS r", WrongType), ("SCARD r", WrongType), ("SET s 1", "+OK"), ("GET s", "\"1\""));
    }

    [Fact]
    public async Task Keys_InOrderAndPageByPage()
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        for (var i = 0; i < 25; i++)
        {
            await client.AskAsync($"SET key:{i:d2} {i}");
        }

        await client.AskAsync("SADD other 1");
        await client.AskAsync("DEL key:07");
        Assert.Equal(":25", await client.AskAsync("DBSIZE"));
        Assert.Equal("[\"key:10\", \"key:11\", \"key:12\"]", await client.AskAsync("KEYS key:1[0-2]"));
        Assert.Equal("[\"other\"]", await client.AskAsync("KEYS *[^0-9]"));
        Assert.Equal("[]", await client.AskAsync("KEYS nothing*"));
        var (cursor, found, pages) = ("0", new List<string>(), 0);
        do
        {
            var page = await client.AskAsync($"SCAN {cursor} COUNT 4 MATCH key:*");
            var parts = page[1..^1].Split(", ", 2);
            cursor = parts[0].Trim('"');
            found.AddRange(parts[1][1..^1].Split(", ", StringSplitOptions.RemoveEmptyEntries));
            pages++;
        }
        while (cursor != "0");

        Assert.Equal(24, found.Distinct().Count());
        Assert.Equal(24, found.Count);
        Assert.InRange(pages, 6, 8);
        Assert.Equal("[\"0\", [\"other\"]]", await client.AskAsync("SCAN 0 TYPE set COUNT 100"));
        Assert.StartsWith("-ERR invalid cursor", await client.AskAsync("SCAN 999999"), StringComparison.Ordinal);
        Assert.Equal("-ERR invalid cursor", await client.AskAsync("SCAN x"));
    }

    [Fact]
    public async Task Connection_SaysWhatClientsAskFor()
    {
        await ConverseAsync(
            ("PING", "+PONG"), ("PING hi", "\"hi\""), ("ECHO x", "\"x\""), ("SELECT 0", "+OK"), ("SELECT 1", "-ERR DB index is out of range"), ("CLIENT GETNAME", "null"),
            ("CLIENT SETNAME me", "+OK"), ("CLIENT GETNAME", "\"me\""), ("CLIENT SETINFO LIB-NAME lib", "+OK"), ("CLIENT SETINFO LIB-VER 1", "+OK"), ("CLIENT ID", ":1"),
            ("CLIENT KILL x", "-ERR unknown subcommand 'KILL' of CLIENT"), ("AUTH default x", "+OK"),
            ("AUTH x", "-ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?"),
            ("AUTH me x", "-WRONGPASS invalid username-password pair or user is disabled."), ("CONFIG GET save", "[\"save\", \"\"]"),
            ("CONFIG GET appendonl?", "[\"appendonly\", \"yes\"]"), ("COMMAND COUNT", $":{CommandTable.Count}"), ("CLUSTER NODES", "-ERR This instance has cluster support disabled"),
            ("HELLO 4", "-NOPROTO unsupported protocol version"), ("foo a b", "-ERR unknown command 'foo', with args beginning with: 'a' 'b' "),
            ("GET", "-ERR wrong number of arguments for 'get' command"), ("GET ..", "-ERR '..' is not a key: clients and proxies remove such path segments."));
    }

    [Fact]
    public async Task Refusals_SayWhyTheyCannotBeCausal()
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        Assert.All(CommandTable.Refused, name => Assert.Null(CommandTable.Find(Encoding.UTF8.GetBytes(name))));
        foreach (var name in CommandTable.Refused)
        {
            Assert.StartsWith($"-ERR {name} is not supported: ", await client.AskAsync($"{name} x 1"), StringComparison.Ordinal);
        }

        Assert.StartsWith("-ERR a value that expires cannot be causal", await client.AskAsync("SET x 1 EX 10"), StringComparison.Ordinal);
        Assert.Equal("null", await client.AskAsync("GET x"));
    }

    [Fact]
    public async Task Resp3_HasItsOwnTypes()
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        await client.AskAsync("SADD s a b");
        var hello = await client.AskAsync("HELLO 3 AUTH default x SETNAME me");
        Assert.StartsWith("%[\"server\", \"redis\", ", hello, StringComparison.Ordinal);
        Assert.Contains("\"proto\", :3", hello, StringComparison.Ordinal);
        Assert.Equal("~[\"a\", \"b\"]", await client.AskAsync("SMEMBERS s"));
        Assert.Equal("%[\"save\", \"\"]", await client.AskAsync("CONFIG GET save"));
        Assert.Equal("null", await client.AskAsync("GET none"));
        Assert.Equal(">[\"subscribe\", \"c\", :1]", await client.AskAsync("SUBSCRIBE c"));
        Assert.Equal("~[\"a\", \"b\"]", await client.AskAsync("SMEMBERS s"));
        Assert.Contains("name=me", await client.AskAsync("CLIENT LIST"), StringComparison.Ordinal);
        Assert.StartsWith("%[\"get\", %[\"summary\", ", await client.AskAsync("COMMAND DOCS get"), StringComparison.Ordinal);
        Assert.Equal("%[\"1\", :2]", await client.AskAsync("CAUSAL.CLOCK"));
        Assert.StartsWith("[\"server\"", await client.AskAsync("HELLO 2"), StringComparison.Ordinal);
        Assert.Equal("-ERR Can't execute 'get': only (P)SUBSCRIBE / (P)UNSUBSCRIBE / PING / QUIT are allowed in this context", await client.AskAsync("GET x"));
    }

    [Fact]
    public async Task Subscriptions_AreAcceptedOnAnyChannel()
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        Assert.Equal("[\"subscribe\", \"a\", :1]", await client.AskAsync("SUBSCRIBE a b"));
        Assert.Equal("[\"subscribe\", \"b\", :2]", await client.ReceiveAsync());
        Assert.Equal("[\"psubscribe\", \"p*\", :3]", await client.AskAsync("PSUBSCRIBE p*"));
        Assert.Equal("[\"pong\", \"\"]", await client.AskAsync("PING"));
        Assert.Equal("[\"unsubscribe\", \"a\", :2]", await client.AskAsync("UNSUBSCRIBE"));
        Assert.Equal("[\"unsubscribe\", \"b\", :1]", await client.ReceiveAsync());
        Assert.Equal("[\"punsubscribe\", \"p*\", :0]", await client.AskAsync("PUNSUBSCRIBE p*"));
        Assert.Equal("null", await client.AskAsync("GET x"));
    }

    [Fact]
    public async Task Transaction_IsOneUpdateAndSeesItself()
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        Assert.Equal("+OK", await client.AskAsync("SET x 1"));
        var before = replica.Node.State.Delivered;
        Assert.Equal("+OK", await client.AskAsync("MULTI"));
        foreach (var command in new[] { "INCR x", "GET x", "SADD s a b", "SCARD s", "INCR s", "APPEND x 0", "SET y 1 NX", "SET y 2 NX", "DEL none", "ECHO hi" })
        {
            Assert.Equal("+QUEUED", await client.AskAsync(command));
        }

        Assert.Equal($"[:2, \"2\", :2, :2, {WrongType}, :2, +OK, null, :0, \"hi\"]", await client.AskAsync("EXEC"));
        Assert.Equal(before[new(1)] + 1, replica.Node.State.Delivered[new(1)]);
        Assert.Equal("[\"20\", \"1\"]", await client.AskAsync("MGET x y"));
        Assert.Equal("+OK", await client.AskAsync("MULTI"));
        Assert.Equal("[]", await client.AskAsync("EXEC"));
        Assert.Equal("-ERR EXEC without MULTI", await client.AskAsync("EXEC"));
        Assert.Equal("-ERR DISCARD without MULTI", await client.AskAsync("DISCARD"));
        Assert.Equal("+OK", await client.AskAsync("MULTI"));
        Assert.Equal("-ERR MULTI calls can not be nested", await client.AskAsync("MULTI"));
        Assert.Equal("-ERR WATCH inside MULTI is not allowed", await client.AskAsync("WATCH x"));
        Assert.Equal("+QUEUED", await client.AskAsync("SET x 5"));
        Assert.StartsWith("-ERR KEYS cannot be part of a transaction", await client.AskAsync("KEYS *"), StringComparison.Ordinal);
        Assert.Equal("-EXECABORT Transaction discarded because of previous errors.", await client.AskAsync("EXEC"));
        Assert.Equal("+OK", await client.AskAsync("MULTI"));
        Assert.Equal("+QUEUED", await client.AskAsync("SET x 5"));
        Assert.Equal("+OK", await client.AskAsync("DISCARD"));
        Assert.Equal("\"20\"", await client.AskAsync("GET x"));
    }

    [Theory]
    [InlineData("SET x 1", "SET x 2", true)]
    [InlineData("SET x 1", "DEL x", true)]
    [InlineData("DEL x", "SET x 2", true)]
    [InlineData("SADD x a", "SADD x b", true)]
    [InlineData("INCR x", "INCR x", true)]
    [InlineData("SET x 1", "SET other 2", false)]
    public async Task Watch_KeepsATransactionFromOverwritingWhatItHasNotSeen(string before, string between, bool conflicts)
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        using var other = await RespClient.ConnectAsync(replica.RespEndpoint);
        await client.AskAsync(before);
        Assert.Equal("+OK", await client.AskAsync("WATCH x y"));
        await other.AskAsync(between);
        Assert.Equal("+OK", await client.AskAsync("MULTI"));
        Assert.Equal("+QUEUED", await client.AskAsync("SET z 1"));
        Assert.Equal(conflicts ? "null[]" : "[+OK]", await client.AskAsync("EXEC"));
        Assert.Equal(conflicts ? "null" : "\"1\"", await client.AskAsync("GET z"));

        // What was watched is forgotten.
        await other.AskAsync("SET y 9");
        await client.AskAsync("MULTI");
        await client.AskAsync("SET z 2");
        Assert.Equal("[+OK]", await client.AskAsync("EXEC"));
        Assert.Equal("+OK", await client.AskAsync("WATCH x"));
        await other.AskAsync("SET x 9");
        Assert.Equal("+OK", await client.AskAsync("UNWATCH"));
        await client.AskAsync("MULTI");
        Assert.Equal("[]", await client.AskAsync("EXEC"));
    }

    [Fact]
    public async Task Pipeline_IsAnsweredInOrder_AndReadsItsOwnWrites()
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        const int Rounds = 3000;
        var pipeline = new MemoryStream();
        for (var i = 0; i < Rounds; i++)
        {
            pipeline.Write(RespClient.Frame("SET", "x", $"{i}"));
            pipeline.Write(RespClient.Frame("GET", "y"));
            pipeline.Write(RespClient.Frame("INCR", "n"));
            pipeline.Write(RespClient.Frame("APPEND", "x", "!"));
            pipeline.Write(RespClient.Frame("GET", "x"));
        }

        var sending = client.SendBytesAsync(pipeline.ToArray());
        for (var i = 0; i < Rounds; i++)
        {
            Assert.Equal("+OK", await client.ReceiveAsync());
            Assert.Equal("null", await client.ReceiveAsync());
            Assert.Equal($":{i + 1}", await client.ReceiveAsync());
            Assert.Equal($":{i.ToString(CultureInfo.InvariantCulture).Length + 1}", await client.ReceiveAsync());
            Assert.Equal($"\"{i}!\"", await client.ReceiveAsync());
        }

        await sending;
    }

    /// <summary>Rows of reads, whose keys are found together: of whatever kind, between writes of the same keys, with words among them that are no keys.</summary>
    [Fact]
    public async Task Pipeline_OfReads_IsAnsweredAsOneByOne()
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        var random = new Random(20261128);
        string Key() => $"key:{random.Next(60)}";
        string[] Command() => random.Next(40) switch
        {
            0 => ["SET", Key(), $"{random.Next(1000)}"],
            1 => ["DEL", Key()],
            2 => ["INCR", $"n:{random.Next(5)}"],
            3 => ["SADD", $"s:{random.Next(5)}", "a"],
            4 => ["GET", ""],
            5 => ["GET"],
            6 => ["get", Key()],
            7 => ["MGET", .. Enumerable.Range(0, random.Next(1, 90)).Select(_ => Key())],
            8 => ["EXISTS", Key()],
            9 => ["SMEMBERS", $"s:{random.Next(6)}"],
            10 => ["STRLEN", Key()],
            11 => ["GET", $"s:{random.Next(6)}"],
            12 => ["GET", $"n:{random.Next(6)}"],
            13 => ["PING"],
            14 => ["TYPE", Key()],
            15 => ["ECHO", random.Next(2) == 0 ? "" : Key()],
            _ => ["GET", Key()],
        };

        string[][] commands = [.. Enumerable.Range(0, 4_000).Select(_ => Command())];
        await client.SendBytesAsync(commands.SelectMany(command => RespClient.Frame(command)).ToArray());
        var together = new List<string>();
        foreach (var _ in commands)
        {
            together.Add(await client.ReceiveAsync());
        }

        await using var other = await TestReplica.StartAsync();
        using var alone = await RespClient.ConnectAsync(other.RespEndpoint);
        for (var i = 0; i < commands.Length; i++)
        {
            var expected = await alone.AskAsync(commands[i]);
            Assert.True(expected == together[i], $"{string.Join(' ', commands[i])} (number {i}) was answered {together[i]}, not {expected}.");
        }
    }

    [Fact]
    public async Task Pipeline_OfWrites_WaitsForNoneOfThem()
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        Assert.Equal("+PONG", await client.AskAsync("PING"));
        var paused = replica.Node.Pause();
        await client.SendBytesAsync((byte[])[.. RespClient.Frame("SET", "a", "1"), .. RespClient.Frame("SET", "b", "2"), .. RespClient.Frame("PING")]);
        await Eventually.TrueAsync(() => replica.Node.Waiting == 2, () => $"{replica.Node.Waiting} writes wait");
        paused.Dispose();
        Assert.Equal("+OK", await client.ReceiveAsync());
        Assert.Equal("+OK", await client.ReceiveAsync());
        Assert.Equal("+PONG", await client.ReceiveAsync());
    }

    [Fact]
    public async Task Commands_CutAtEveryByte_AreCarriedOut()
    {
        await using var replica = await TestReplica.StartAsync();
        byte[] bytes = [.. RespClient.Frame("SET", "x", "ü\r\n"), .. RespClient.Frame("APPEND", "x", "z"), .. "GET x\r\n"u8];
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            await client.SendBytesAsync(bytes.AsMemory(0, cut));
            await client.SendBytesAsync(bytes.AsMemory(cut));
            Assert.Equal("+OK", await client.ReceiveAsync());
            Assert.Equal(":5", await client.ReceiveAsync());
            Assert.Equal("\"ü\r\nz\"", await client.ReceiveAsync());
        }

        for (var cut = 0; cut < bytes.Length; cut++)
        {
            using var gone = await RespClient.ConnectAsync(replica.RespEndpoint);
            await gone.SendBytesAsync(bytes.AsMemory(0, cut));
        }

        Assert.Equal("+PONG", await client.AskAsync("PING"));
    }

    [Fact]
    public async Task HalfClosed_StillGetsItsAnswers()
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        await client.SendBytesAsync("SET x 1\r\nGET x\r\n"u8.ToArray());
        client.HalfClose();
        Assert.Equal("+OK", await client.ReceiveAsync());
        Assert.Equal("\"1\"", await client.ReceiveAsync());
        await client.ClosedAsync();
    }

    [Theory]
    [InlineData("*1\r\n$4294967296\r\n", "invalid bulk length")]
    [InlineData("*2147483648\r\n", "invalid multibulk length")]
    [InlineData("*1\r\nx", "expected '$', got 'x'")]
    [InlineData("SET \"x\r\n", "unbalanced quotes in request")]
    public async Task MalformedFrame_IsToldAndClosed(string text, string error)
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        await client.SendBytesAsync((byte[])[.. RespClient.Frame("SET", "x", "1"), .. Encoding.UTF8.GetBytes(text)]);
        Assert.Equal("+OK", await client.ReceiveAsync());
        Assert.Equal("-ERR Protocol error: " + error, await client.ReceiveAsync());
        await client.ClosedAsync();
        using var other = await RespClient.ConnectAsync(replica.RespEndpoint);
        Assert.Equal("\"1\"", await other.AskAsync("GET x"));
    }

    [Fact]
    public async Task Http_OfABrowser_WritesNothing()
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        await client.SendBytesAsync("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET x 1\r\n"u8.ToArray());
        Assert.Equal("-ERR this is not an HTTP port", await client.ReceiveAsync());
        await client.ClosedAsync();
        Assert.Null(replica.Node.State.Keys.Find("x"));
    }

    [Fact]
    public async Task Quit_ClosesWhenEverythingWasAnswered()
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        await client.SendBytesAsync("SET x 1\r\nQUIT\r\nSET x 2\r\n"u8.ToArray());
        Assert.Equal("+OK", await client.ReceiveAsync());
        Assert.Equal("+OK", await client.ReceiveAsync());
        await client.ClosedAsync();
        Assert.Equal("1", await replica.Client.GetStringAsync("/kv/x"));
    }

    [Theory]
    [InlineData("APPEND", "x")]
    [InlineData("INCR", null)]
    public async Task ReadModifyWrite_ByManyConnections_LosesNone(string command, string? argument)
    {
        await using var replica = await TestReplica.StartAsync();
        const int Clients = 8, Rounds = 100;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
            for (var i = 0; i < Rounds; i++)
            {
                Assert.StartsWith(":", await client.AskAsync(argument is null ? [command, "k"] : [command, "k", argument]), StringComparison.Ordinal);
            }
        })));
        using var reader = await RespClient.ConnectAsync(replica.RespEndpoint);
        Assert.Equal(argument is null ? $"\"{Clients * Rounds}\"" : $"\"{new string('x', Clients * Rounds)}\"", await reader.AskAsync("GET k"));
    }

    [Fact]
    public async Task Write_WaitsForTheLeaseOfATextClient()
    {
        await using var replica = await TestReplica.StartAsync(TestNode.Founded(new ManualTime()));
        using var text = await TextClient.ConnectAsync(replica.TextEndpoint);
        Assert.Equal("Sx:", await text.AskAsync("CUx"));
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        using var other = await RespClient.ConnectAsync(replica.RespEndpoint);
        await client.SendAsync("SET x resp");
        Assert.Equal("+OK", await other.AskAsync("SET y 1"));
        Assert.Equal("null", await other.AskAsync("GET x"));
        await text.SendAsync("Cx:text");
        Assert.Equal("+OK", await client.ReceiveAsync());
        Assert.Equal("\"resp\"", await client.AskAsync("GET x"));
        Assert.Equal("\"resp\"", await client.AskAsync("GETSET x new"));
    }

    [Fact]
    public async Task Write_OfWhoHasTheLease_WaitsForNoTurn()
    {
        await using var replica = await TestReplica.StartAsync(null, ("Limits:Writes", "2")); // one turn for all RESP connections
        var writes = replica.Services.GetRequiredService<RespWrites>();
        using var lease = await writes.LeaseAsync("x", CancellationToken.None);
        var others = writes.BeginAsync([new IncrementOperation("x", 1)], [], null, CancellationToken.None).AsTask();
        Assert.False(others.IsCompleted); // it has the turn, and waits for the lease
        var held = await writes.BeginAsync([new IncrementOperation("x", 1)], [], lease, CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        var first = Assert.IsType<Written>(await held);
        lease.Dispose();
        Assert.True(first.Dot < Assert.IsType<Written>(await await others).Dot);
    }

    [Fact]
    public async Task Pipeline_WhoseFirstKeyIsLeased_KeepsItsOrder()
    {
        await using var replica = await TestReplica.StartAsync(TestNode.Founded(new ManualTime()));
        using var text = await TextClient.ConnectAsync(replica.TextEndpoint);
        Assert.Equal("Sx:", await text.AskAsync("CUx"));
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        await client.SendBytesAsync((byte[])[.. RespClient.Frame("SET", "x", "first"), .. RespClient.Frame("SET", "y", "second")]);
        await text.SendAsync("Cx:text");
        Assert.Equal("+OK", await client.ReceiveAsync());
        Assert.Equal("+OK", await client.ReceiveAsync());
        var (x, y) = (replica.Node.State.Keys.Find("x")!.Winner.Dot, replica.Node.State.Keys.Find("y")!.Winner.Dot);
        Assert.True(x < y, $"x is of {x}, y of {y}");
    }

    [Fact]
    public async Task Token_CarriesASessionToAnotherReplica()
    {
        var first = TestNode.Founded();
        await using var replica = await TestReplica.StartAsync(first);
        await using var second = await TestReplica.StartAsync(new TestNode());
        first.Step(new JoinRequest(new object(), TestNode.Admission(2, "http://127.0.0.1:2")));
        second.Node.Join(2, first);
        using var here = await RespClient.ConnectAsync(replica.RespEndpoint);
        using var there = await RespClient.ConnectAsync(second.RespEndpoint);
        var before = (await here.AskAsync("CAUSAL.TOKEN")).Trim('"');
        Assert.Equal("+OK", await there.AskAsync($"CAUSAL.WAIT {before} 0"));
        await here.AskAsync("SET x 1");
        var token = (await here.AskAsync("CAUSAL.TOKEN")).Trim('"');
        Assert.StartsWith("-CAUSALTIMEOUT after 10 ms 1 update", await there.AskAsync($"CAUSAL.WAIT {token} 10"), StringComparison.Ordinal);
        Assert.Equal("+OK", await here.AskAsync($"CAUSAL.WAIT {token} 0"));
        Assert.StartsWith("-BADTOKEN", await here.AskAsync("CAUSAL.WAIT garbage 0"), StringComparison.Ordinal);
        Assert.StartsWith("-ERR the time", await here.AskAsync($"CAUSAL.WAIT {token} -1"), StringComparison.Ordinal);

        // The HTTP API takes the same token.
        using var request = new HttpRequestMessage(HttpMethod.Get, "/kv/x");
        request.Headers.Add("Causal-Token", token);
        using var response = await replica.Client.SendAsync(request);
        Assert.Equal("1", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Values_UpToTheLimitCross_LargerOnesAreRefused()
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        var largest = new string('v', 1 << 20);
        Assert.Equal("+OK", await client.AskAsync("SET", "big", largest));
        Assert.Equal($"\"{largest}\"", await client.AskAsync("GET big"));
        Assert.StartsWith("-ERR string exceeds maximum allowed size", await client.AskAsync("SET", "big", largest + "v"), StringComparison.Ordinal);
        Assert.StartsWith("-ERR string exceeds maximum allowed size", await client.AskAsync("APPEND big v"), StringComparison.Ordinal);
        Assert.StartsWith("-ERR The key has 1025 bytes", await client.AskAsync("SET", new string('k', 1025), "1"), StringComparison.Ordinal);
        Assert.Equal($"\"{largest}\"", await client.AskAsync("GET big"));
    }

    [Fact]
    public async Task PeerThatNeverReads_IsCutOff_AndHoldsNoMemory()
    {
        var time = new ManualTime();
        await using var replica = await TestReplica.StartAsync(TestNode.Founded(time));
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        Assert.Equal("+OK", await client.AskAsync("SET", "big", new string('v', 1 << 20)));
        using var deaf = await RespClient.ConnectAsync(replica.RespEndpoint);
        var pipeline = Enumerable.Repeat(RespClient.Frame("GET", "big"), 1000).SelectMany(one => one).ToArray();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await deaf.SendBytesAsync(pipeline);
        Assert.Equal("+PONG", await client.AskAsync("PING"));
        var clients = replica.Services.GetRequiredService<RespClients>();
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(61));
                return clients.Count == 1;
            },
            () => $"{clients.Count} clients; {string.Join('\n', replica.Log.All)}");
        await Eventually.TrueAsync(() => GC.GetTotalMemory(forceFullCollection: true) - before < 100 << 20, () => $"{(GC.GetTotalMemory(forceFullCollection: true) - before) >> 20} MiB more are held"); // other tests need some meanwhile
        await Eventually.TrueAsync(() => replica.Log.All.Any(line => line.Contains("unread", StringComparison.Ordinal)), () => string.Join('\n', replica.Log.All));
        Assert.Equal("+PONG", await client.AskAsync("PING"));
    }

    [Fact]
    public async Task ThousandsOfIdleConnections_AreFine()
    {
        // Both ends are in this process: as many as fit twice into the descriptors that a common limit leaves.
        await using var replica = await TestReplica.StartAsync();
        const int Count = 2000;
        var idle = new List<TcpClient>();
        try
        {
            for (var i = 0; i < Count; i++)
            {
                var one = new TcpClient();
                await one.ConnectAsync(replica.RespEndpoint);
                idle.Add(one);
            }

            using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
            Assert.Equal("+OK", await client.AskAsync("SET x 1"));
            var clients = replica.Services.GetRequiredService<RespClients>();
            await Eventually.TrueAsync(() => clients.Count == Count + 1, () => $"{clients.Count} clients");
        }
        finally
        {
            idle.ForEach(one => one.Dispose());
        }
    }

    [Fact]
    public async Task BeforeTheReplicaJoined_CommandsAreRefusedAsLoading()
    {
        await using var replica = await TestReplica.StartAsync(new TestNode());
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        Assert.Equal("+PONG", await client.AskAsync("PING"));
        Assert.StartsWith("-LOADING ", await client.AskAsync("GET x"), StringComparison.Ordinal);
        Assert.StartsWith("-LOADING ", await client.AskAsync("SET x 1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FullDisk_IsToldAndLosesNothing()
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        await client.AskAsync("SET x 1");
        replica.Node.AppendFailure = new StorageUnavailableException("The disk is full.", isFull: true);
        Assert.Equal("-MISCONF The disk is full.", await client.AskAsync("SET x 2"));
        replica.Node.AppendFailure = null;
        Assert.Equal("\"1\"", await client.AskAsync("GET x"));
        Assert.Equal(":2", await client.AskAsync("INCR x"));
    }

    [Fact]
    public async Task Start_PortTaken_SaysSoInOneSentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => TestReplica.StartAsync(null, ("Gateways:Resp:Port", port)));
        Assert.Contains($"127.0.0.1:{port}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutAPort_TheGatewayIsOff()
    {
        await using var replica = await TestReplica.StartAsync(null, ("Gateways:Resp:Port", ""));
        Assert.Null(replica.Services.GetService<RespGateway>());
    }

    [Fact]
    public async Task StackExchangeRedis_IsAClient()
    {
        await using var replica = await TestReplica.StartAsync();
        var options = new ConfigurationOptions { ConnectTimeout = 30_000, SyncTimeout = 30_000, AllowAdmin = true };
        options.EndPoints.Add(replica.RespEndpoint);
        using var redis = await ConnectionMultiplexer.ConnectAsync(options);
        var database = redis.GetDatabase();
        Assert.True(await database.StringSetAsync("x", "1"));
        Assert.False(await database.StringSetAsync("x", "2", when: When.NotExists));
        Assert.Equal("1", (string?)await database.StringGetAsync("x"));
        Assert.Equal(11, await database.StringIncrementAsync("x", 10));
        Assert.Equal(9, await database.StringDecrementAsync("x", 2));
        Assert.Equal(2, await database.SetAddAsync("s", ["a", "b"]));
        Assert.Equal(["a", "b"], (await database.SetMembersAsync("s")).Select(member => (string?)member).Order(StringComparer.Ordinal));
        Assert.True(await database.KeyDeleteAsync("s"));
        Assert.Equal(RedisType.String, await database.KeyTypeAsync("x"));
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => database.StringSetAsync($"key:{i}", i)));
        Assert.Equal(1000, redis.GetServer(replica.RespEndpoint).Keys(pattern: "key:*", pageSize: 100).Count());

        var transaction = database.CreateTransaction();
        transaction.AddCondition(Condition.StringEqual("x", 9));
        var incremented = transaction.StringIncrementAsync("x");
        Assert.True(await transaction.ExecuteAsync());
        Assert.Equal(10, await incremented);
        var late = database.CreateTransaction();
        late.AddCondition(Condition.StringEqual("x", 9));
        _ = late.StringSetAsync("x", "lost");
        Assert.False(await late.ExecuteAsync());
        Assert.Equal("10", (string?)await database.StringGetAsync("x"));
        var error = await Assert.ThrowsAsync<RedisServerException>(() => database.KeyExpireAsync("x", TimeSpan.FromSeconds(1)));
        Assert.Contains("is not supported", error.Message, StringComparison.Ordinal);
    }

    private static async Task ConverseAsync(params (string Command, string Reply)[] conversation)
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        foreach (var (command, reply) in conversation)
        {
            var answer = await client.AskAsync(command);
            Assert.True(answer == reply, $"{command}: {answer} instead of {reply}");
        }

        Assert.Empty(replica.Log.All);
    }
}
