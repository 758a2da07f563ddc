using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ReplicatedDs.Replica.Gateways;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Tests.Http;

namespace ReplicatedDs.Replica.Tests.Gateways;

/// <summary>The original's framed text protocol, on real sockets.</summary>
public class TextGatewayTests
{
    [Fact]
    public async Task WriteReadQuit_AsTheOriginalClientsSendThem()
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await TextClient.ConnectAsync(replica.TextEndpoint);
        Assert.Equal("Sx:", await client.AskAsync("CRx"));
        await client.SendAsync("CWx:1:2|3%3A");
        Assert.Equal("Sx:1:2|3%3A", await client.AskAsync("CRx"));
        await client.SendAsync("CWü:ö");
        Assert.Equal("Sü:ö", await client.AskAsync("CRü"));
        Assert.Equal("1:2|3%3A", await replica.Client.GetStringAsync("/kv/x"));
        for (var i = 0; i < 50; i++)
        {
            await client.SendAsync($"CWlast:{i}");
        }

        await client.SendAsync("CQ");
        await client.ClosedAsync();
        Assert.Equal("49", await replica.Client.GetStringAsync("/kv/last"));
        Assert.Empty(replica.Log.All);
    }

    [Fact]
    public async Task Write_200kB_Crosses()
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await TextClient.ConnectAsync(replica.TextEndpoint);
        var value = string.Concat(Enumerable.Range(0, 20_000).Select(n => $"{n % 10:d1}bcdefghij"))[..200_000];
        await client.SendAsync($"CWbig:{value}");
        Assert.Equal($"Sbig:{value}", await client.AskAsync("CRbig"));
        var largest = new string('v', 1 << 20);
        await client.SendAsync($"CWbig:{largest}");
        Assert.Equal($"Sbig:{largest}", await client.AskAsync("CRbig"));
    }

    [Fact]
    public async Task Frames_InSinglePieces_AreRead()
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await TextClient.ConnectAsync(replica.TextEndpoint);
        foreach (var one in TextClient.Frame("CWx:1"u8.ToArray()).Concat(TextClient.Frame("CRx"u8.ToArray())))
        {
            await client.SendBytesAsync([one]);
        }

        Assert.Equal("Sx:1", await client.ReceiveAsync());
    }

    [Theory]
    [InlineData("CU", "S")]
    [InlineData("CM", "SV")]
    public async Task ReadModifyWrite_OnKeysThatLookLikeCommands_TakesTheNextHalf(string command, string reply)
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await TextClient.ConnectAsync(replica.TextEndpoint);
        foreach (var key in new[] { "x", "Wy", "Ry", "Uy", "My", "Q", "R", "W" })
        {
            Assert.Equal($"{reply}{key}:", await client.AskAsync(command + key));
            await client.SendAsync("CWother:1");
            await client.SendAsync($"C{key}:new:{key}");
            Assert.Equal($"S{key}:new:{key}", await client.AskAsync("CR" + key));
        }
    }

    [Fact]
    public async Task ReadModifyWrite_TwoClientsOfAThousandPairs_LoseNone()
    {
        await using var replica = await TestReplica.StartAsync();
        const int Pairs = 1000;
        async Task CountAsync()
        {
            using var client = await TextClient.ConnectAsync(replica.TextEndpoint);
            for (var i = 0; i < Pairs; i++)
            {
                var value = (await client.AskAsync("CUn"))["Sn:".Length..];
                var next = value.Length == 0 ? 1 : int.Parse(value, CultureInfo.InvariantCulture) + 1;
                await client.SendAsync(string.Create(CultureInfo.InvariantCulture, $"Cn:{next}"));
            }

            await client.SendAsync("CQ");
            await client.ClosedAsync();
        }

        await Task.WhenAll(Task.Run(CountAsync), Task.Run(CountAsync));
        Assert.Equal((2 * Pairs).ToString(CultureInfo.InvariantCulture), await replica.Client.GetStringAsync("/kv/n"));
    }

    [Fact]
    public async Task ReadModifyWrite_BesideHttpWriters_OverwritesNothingUnseen()
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await TextClient.ConnectAsync(replica.TextEndpoint);

        // Each side appends to what it read; HTTP does so by conditional writes. An entry that was overwritten unseen would be missing.
        async Task TextAsync()
        {
            for (var i = 0; i < 200; i++)
            {
                var value = (await client.AskAsync("CUlist"))["Slist:".Length..];
                await client.SendAsync($"Clist:{value} t{i}");
            }

            await client.AskAsync("CRlist");
        }

        async Task HttpAsync()
        {
            for (var i = 0; i < 200;)
            {
                using var read = await replica.Client.GetAsync("/kv/list");
                var value = read.StatusCode == HttpStatusCode.OK ? await read.Content.ReadAsStringAsync() : "";
                using var write = new HttpRequestMessage(HttpMethod.Put, "/kv/list") { Content = new StringContent($"{value} h{i}") };
                write.Headers.TryAddWithoutValidation(read.Headers.ETag is null ? "If-None-Match" : "If-Match", read.Headers.ETag?.Tag ?? "*");
                using var response = await replica.Client.SendAsync(write);
                i += response.StatusCode == HttpStatusCode.OK ? 1 : 0;
            }
        }

        await Task.WhenAll(Task.Run(TextAsync), Task.Run(HttpAsync));
        var entries = (await replica.Client.GetStringAsync("/kv/list")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(400, entries.Length);
    }

    [Fact]
    public async Task HttpWrite_DuringAPair_WaitsForItsSecondHalf()
    {
        await using var replica = await TestReplica.StartAsync();
        using var client = await TextClient.ConnectAsync(replica.TextEndpoint);
        await client.AskAsync("CUx");
        var writing = replica.Client.PutAsync("/kv/x", new StringContent("http"));
        using var other = await replica.Client.PutAsync("/kv/y", new StringContent("1"));
        await TestReplica.JsonAsync(other);
        Assert.False(writing.IsCompleted);
        await client.SendAsync("Cx:text");
        using var written = await writing;
        var dot = (string?)(await TestReplica.JsonAsync(written))["dot"];
        Assert.Equal("1#4", dot);
        Assert.Equal("http", await replica.Client.GetStringAsync("/kv/x"));
    }

    [Fact]
    public async Task Half_ThatNeverComes_BlocksNobodyAfterTwoSecondsAndALateOneCloses()
    {
        var time = new ManualTime();
        await using var replica = await TestReplica.StartAsync(TestNode.Founded(time));
        using var stalled = await TextClient.ConnectAsync(replica.TextEndpoint);
        await stalled.AskAsync("CUx");
        using var client = await TextClient.ConnectAsync(replica.TextEndpoint);
        await client.SendAsync("CWx:1");
        var reading = client.AskAsync("CRx");
        Assert.False(reading.IsCompleted);
        time.Advance(KeyLeases.HoldMax);
        Assert.Equal("Sx:1", await reading);
        Assert.Equal("Sother:", await stalled.AskAsync("CRother"));
        await stalled.SendAsync("Cx:late");
        await stalled.ClosedAsync();
        Assert.Equal("1", await replica.Client.GetStringAsync("/kv/x"));
        Assert.Contains(replica.Log.All, line => line.Contains("second half", StringComparison.Ordinal));
        Assert.Single(replica.Log.All);
    }

    [Fact]
    public async Task Half_OfAClientThatDisconnects_IsDroppedAtOnce()
    {
        await using var replica = await TestReplica.StartAsync(TestNode.Founded(new ManualTime()));
        var gone = await TextClient.ConnectAsync(replica.TextEndpoint);
        await gone.AskAsync("CUx");
        gone.Dispose();
        using var client = await TextClient.ConnectAsync(replica.TextEndpoint);
        await client.SendAsync("CWx:1");

        // Virtual time stands still: only the disconnect can have freed the key.
        Assert.Equal("Sx:1", await client.AskAsync("CRx"));
    }

    [Fact]
    public async Task OwnWrite_BetweenTheHalves_DoesNotWaitForItself()
    {
        await using var replica = await TestReplica.StartAsync(TestNode.Founded(new ManualTime()));
        using var client = await TextClient.ConnectAsync(replica.TextEndpoint);
        await client.AskAsync("CUx");
        await client.SendAsync("CWx:1");
        Assert.Equal("Sx:1", await client.AskAsync("CRx"));
        Assert.Equal("Sx:1", await client.AskAsync("CUx"));
        await client.SendAsync("Cx:2");
        Assert.Equal("Sx:2", await client.AskAsync("CRx"));
    }

    [Fact]
    public async Task Find_GivesOneLinePerReplica()
    {
        await using var second = await TestReplica.StartAsync(new TestNode());
        await using var replica = await TestReplica.StartAsync();
        replica.Node.Step(new Causality.Core.JoinRequest(new object(), TestNode.Admission(2, second.Address.ToString())));
        second.Node.Join(2, replica.Node);
        replica.Node.Write("x", "1");
        using var client = await TextClient.ConnectAsync(replica.TextEndpoint);
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("1"u8));
        Assert.Equal($"S1:present:1#3:{digest}\nS2:absent::", await client.AskAsync("SFx"));
    }

    public static TheoryData<byte[]> BadFrames => new(
        [0, 0, 0, 0],
        [0xff, 0xff, 0xff, 0xff],
        [0, 0x40, 0, 1, (byte)'C'],
        [0x80, 0, 0, 0],
        TextClient.Frame([(byte)'C', (byte)'R', 0xff]),
        TextClient.Frame("XX"u8.ToArray()),
        TextClient.Frame("C"u8.ToArray()),
        TextClient.Frame("CW"u8.ToArray()),
        TextClient.Frame("CWx"u8.ToArray()),
        TextClient.Frame("CW:1"u8.ToArray()),
        TextClient.Frame("CR"u8.ToArray()),
        TextClient.Frame("CRx:"u8.ToArray()),
        TextClient.Frame("CR.."u8.ToArray()),
        TextClient.Frame("Cx:1"u8.ToArray()),
        TextClient.Frame("CQnow"u8.ToArray()),
        TextClient.Frame("SU1:1:1|x:1"u8.ToArray()),
        TextClient.Frame(Encoding.UTF8.GetBytes("CR" + new string('k', 1025))),
        TextClient.Frame(Encoding.UTF8.GetBytes("CWx:" + new string('v', (1 << 20) + 1))));

    [Theory]
    [MemberData(nameof(BadFrames))]
    public async Task BadFrame_ClosesThatConnectionAfterOneLine(byte[] frame)
    {
        await using var replica = await TestReplica.StartAsync();
        using var good = await TextClient.ConnectAsync(replica.TextEndpoint);
        Assert.Equal("Sx:", await good.AskAsync("CRx"));
        using var bad = await TextClient.ConnectAsync(replica.TextEndpoint);
        await bad.SendAsync("CWbefore:1");
        await bad.SendBytesAsync(frame);
        await bad.ClosedAsync();
        await Eventually.TrueAsync(() => replica.Log.All.Count == 1, () => string.Join('\n', replica.Log.All));
        Assert.Contains("closed the connection", replica.Log.All.Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", replica.Log.All.Single(), StringComparison.Ordinal);
        Assert.Equal("Sbefore:1", await good.AskAsync("CRbefore"));
    }

    [Fact]
    public async Task Frame_CutAnywhere_DisturbsNobody()
    {
        await using var replica = await TestReplica.StartAsync();
        var frame = TextClient.Frame("CWx:value"u8.ToArray());
        for (var length = 0; length < frame.Length; length++)
        {
            using var cut = await TextClient.ConnectAsync(replica.TextEndpoint);
            await cut.SendBytesAsync(frame[..length]);
            cut.HalfClose();
            await cut.ClosedAsync();
        }

        await Eventually.TrueAsync(() => replica.Log.All.Count == frame.Length - 1, () => string.Join('\n', replica.Log.All));
        Assert.Null(replica.Node.State.Keys.Find("x"));
        using var client = await TextClient.ConnectAsync(replica.TextEndpoint);
        Assert.Equal("Sx:", await client.AskAsync("CRx"));
    }

    [Fact]
    public async Task Connections_ThatAreSilentOrStall_AreClosed()
    {
        var time = new ManualTime();
        await using var replica = await TestReplica.StartAsync(TestNode.Founded(time));
        using var silent = await TextClient.ConnectAsync(replica.TextEndpoint);
        Assert.Equal("Sx:", await silent.AskAsync("CRx"));
        using var stalled = await TextClient.ConnectAsync(replica.TextEndpoint);
        Assert.Equal("Sx:", await stalled.AskAsync("CRx"));
        await stalled.SendBytesAsync([0, 0]);
        var closed = stalled.ClosedAsync();

        // The clock of the frame starts when its first byte has been read, which only the close itself shows.
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(5));
                return closed.IsCompleted;
            },
            () => "The stalled connection is still open.");
        await closed;
        time.Advance(TimeSpan.FromMinutes(10));
        await silent.ClosedAsync();
    }

    [Fact]
    public async Task Connections_OverTheBound_AreClosedAndOthersGoOn()
    {
        await using var replica = await TestReplica.StartAsync();
        var clients = new List<TextClient>();
        for (var i = 0; i < 256; i++)
        {
            clients.Add(await TextClient.ConnectAsync(replica.TextEndpoint));
            Assert.Equal("Sx:", await clients[i].AskAsync("CRx"));
        }

        using var over = await TextClient.ConnectAsync(replica.TextEndpoint);
        await over.ClosedAsync();
        Assert.Equal("Sx:", await clients[17].AskAsync("CRx"));
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task BeforeTheReplicaJoined_ConnectionsAreClosedWithTheReason()
    {
        await using var replica = await TestReplica.StartAsync(new TestNode());
        using var client = await TextClient.ConnectAsync(replica.TextEndpoint);
        await client.SendAsync("CRx");
        await client.ClosedAsync();
        Assert.Contains("joining", replica.Log.All.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_PortTaken_SaysSoInOneSentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => TestReplica.StartAsync(null, ("Gateways:Text:Port", port)));
        Assert.Contains($"127.0.0.1:{port}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutAPort_TheGatewayIsOff()
    {
        await using var replica = await TestReplica.StartAsync(null, ("Gateways:Text:Port", ""));
        Assert.Null(replica.Services.GetService<Replica.Gateways.Text.TextGateway>());
    }
}
