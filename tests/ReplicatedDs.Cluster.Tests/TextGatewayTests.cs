using System.Diagnostics;
using System.Globalization;
using System.Net;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests;

public sealed class TextGatewayTests(TextGatewayTests.Fixture fixture) : IClassFixture<TextGatewayTests.Fixture>
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(3); // the machine may be busy; nobody freed the key for ever

    private TestCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task Write_AtOneReplica_IsReadAtAnother()
    {
        using var one = await ConnectAsync(1);
        using var two = await ConnectAsync(2);
        Assert.Equal("Sunwritten:", await two.AskAsync("CRunwritten"));
        await one.SendAsync("CWgreeting:hello: world");
        Assert.Equal("Sgreeting:hello: world", await one.AskAsync("CRgreeting"));
        await Eventually.SeesAsync("CR at 2 reads what CW wrote at 1", () => two.AskAsync("CRgreeting"), answer => answer == "Sgreeting:hello: world");
        await Cluster[3].ShowsAsync("greeting", "hello: world");
    }

    [Fact]
    public async Task Modify_ByTwoClientsAThousandTimesEach_LosesNone()
    {
        const int Rounds = 1_000;
        async Task CountAsync()
        {
            using var client = await ConnectAsync(1);
            for (var i = 0; i < Rounds; i++)
            {
                var answer = await client.AskAsync("CUcounter");
                Assert.StartsWith("Scounter:", answer, StringComparison.Ordinal);
                var value = answer["Scounter:".Length..];
                var count = value.Length == 0 ? 0 : int.Parse(value, CultureInfo.InvariantCulture);
                await client.SendAsync(string.Create(CultureInfo.InvariantCulture, $"Ccounter:{count + 1}"));
            }

            await client.AskAsync("CRcounter"); // the last half has been done
        }

        await Task.WhenAll(Task.Run(CountAsync), Task.Run(CountAsync));
        Assert.Equal($"{2 * Rounds}", (await Cluster[1].GetAsync("counter")).Expect(HttpStatusCode.OK).Body);
    }

    [Fact]
    public async Task Modify_AsTheOriginalsReadmeNamesIt_AnswersWithV()
    {
        using var client = await ConnectAsync(2);
        await client.SendAsync("CWmodified:1");
        Assert.Equal("SVmodified:1", await client.AskAsync("CMmodified"));
        await client.SendAsync("Cmodified:2");
        Assert.Equal("Smodified:2", await client.AskAsync("CRmodified"));
    }

    [Fact]
    public async Task Value_Of200Kilobytes_Crosses()
    {
        var value = string.Concat(Enumerable.Range(0, 20_000).Select(i => (i % 10_000_000).ToString("D10", CultureInfo.InvariantCulture)));
        using var one = await ConnectAsync(1);
        using var two = await ConnectAsync(2);
        await one.SendAsync("CWlarge:" + value);
        Assert.Equal("Slarge:" + value, await one.AskAsync("CRlarge"));
        await Cluster[2].ShowsAsync("large", value);
        Assert.Equal("Slarge:" + value, await two.AskAsync("CRlarge"));
    }

    [Fact]
    public async Task Client_StalledBetweenTheHalves_BlocksNobodyForLongerThanTheLease()
    {
        using var stalled = await ConnectAsync(1);
        using var other = await ConnectAsync(1);
        await stalled.SendAsync("CWcontended:0");
        Assert.Equal("Scontended:0", await stalled.AskAsync("CUcontended"));
        var clock = Stopwatch.StartNew();

        // Nobody else waits at all.
        await other.SendAsync("CWuncontended:1");
        Assert.Equal("Suncontended:1", await other.AskAsync("CRuncontended"));
        Assert.Equal("Scontended:0", await other.AskAsync("CRcontended"));
        Assert.True(clock.Elapsed < Lease, $"Reads and writes beside the key took {clock.Elapsed}");

        var http = Cluster[1].PutAsync("contended", "by http");
        var text = other.AskAsync("CUcontended");
        await text;
        await other.SendAsync("Ccontended:by the other");
        (await http).Expect(HttpStatusCode.OK);
        Assert.True(clock.Elapsed < Lease + Slack, $"Writers of the key waited {clock.Elapsed}");

        await stalled.SendAsync("Ccontended:too late");
        await stalled.ClosesAsync();
        Assert.NotEqual("too late", (await Cluster[1].GetAsync("contended")).Body);
    }

    [Fact]
    public async Task Client_GoneBetweenTheHalves_FreesTheKeyAtOnce()
    {
        using (var gone = await ConnectAsync(1))
        {
            await gone.AskAsync("CUabandoned");
        }

        var clock = Stopwatch.StartNew();
        (await Cluster[1].PutAsync("abandoned", "1")).Expect(HttpStatusCode.OK);
        Assert.True(clock.Elapsed < Lease, $"The key of a client that is gone stayed locked for {clock.Elapsed}");
    }

    [Fact]
    public async Task Frame_CutAnywhere_HarmsNobody()
    {
        using var witness = await ConnectAsync(1);
        var frame = TextClient.Frame("CWcut:ü");
        for (var length = 0; length < frame.Length; length++)
        {
            using var client = await ConnectAsync(1);
            await client.SendBytesAsync(frame.AsMemory(0, length));
        }

        Assert.Equal("Scut:", await witness.AskAsync("CRcut"));
        await IsHealthyAsync();
    }

    public static TheoryData<string, byte[]> BadFrames => new()
    {
        { "claims 4 GiB", [0xFF, 0xFF, 0xFF, 0xFF, (byte)'C', (byte)'W'] },
        { "claims 2 GiB", [0x7F, 0xFF, 0xFF, 0xFF, (byte)'C', (byte)'W'] },
        { "is empty", [0, 0, 0, 0] },
        { "is not UTF-8", [0, 0, 0, 6, (byte)'C', (byte)'W', (byte)'k', (byte)':', 0xC3, 0x28] },
        { "is an unknown command", TextClient.Frame("CXkey") },
        { "is of no client", TextClient.Frame("hello") },
        { "writes without a value", TextClient.Frame("CWkey") },
        { "writes an empty key", TextClient.Frame("CW:value") },
        { "is HTTP", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray() },
    };

    [Theory]
    [MemberData(nameof(BadFrames))]
    public async Task Frame_ThatMakesNoSense_ClosesItsConnectionOnly(string what, byte[] frame)
    {
        using var witness = await ConnectAsync(1);
        using var client = await ConnectAsync(1);
        await client.SendBytesAsync(frame);
        await client.ClosesAsync();
        await witness.SendAsync("CWafter a bad frame:" + what);
        Assert.Equal("Safter a bad frame:" + what, await witness.AskAsync("CRafter a bad frame"));
        await IsHealthyAsync();
    }

    [Fact]
    public async Task Quit_AfterWrites_ClosesWhenTheyAreDone()
    {
        using var client = await ConnectAsync(3);
        await client.SendBytesAsync((byte[])[.. TextClient.Frame("CWlast:words"), .. TextClient.Frame("CRlast"), .. TextClient.Frame("CQ")]);
        Assert.Equal("Slast:words", await client.ReceiveAsync());
        await client.ClosesAsync();
        Assert.Equal("words", (await Cluster[3].GetAsync("last")).Expect(HttpStatusCode.OK).Body);
    }

    [Fact]
    public async Task Find_GivesALinePerReplica()
    {
        using var client = await ConnectAsync(1);
        await client.SendAsync("CWfound:here");
        foreach (var replica in Cluster.Running())
        {
            await replica.ShowsAsync("found", "here");
        }

        var lines = (await client.AskAsync("SFfound")).Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList();
        while (lines.Count < 3)
        {
            lines.Add(await client.ReceiveAsync() ?? throw new Xunit.Sdk.XunitException($"Only {string.Join(" | ", lines)}"));
        }

        Assert.Equal(3, lines.Count);
        Assert.All(lines, line => Assert.StartsWith("S", line, StringComparison.Ordinal));
    }

    private Task<TextClient> ConnectAsync(int replica) => TextClient.ConnectAsync(Cluster[replica].Text);

    private async Task IsHealthyAsync() => (await Cluster[1].HealthAsync()).Expect(HttpStatusCode.OK);

    public sealed class Fixture : ClusterFixture;
}
