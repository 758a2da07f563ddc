using System.Net;
using System.Text.Json;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>An update delivered with curl, in the original system's notation.</summary>
public sealed class HandDeliveryTests(HandDeliveryTests.Fixture fixture) : IClassFixture<HandDeliveryTests.Fixture>
{
    private TestCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task GuestsUpdate_BeforeItsDependency_WaitsForItAndReachesEverybody()
    {
        var guest = await GuestAsync();
        await Cluster.SettledAsync();
        var clock = new Dictionary<string, long>((await Cluster[1].ClockAsync()).Delivered);
        var two = Cluster.IdOf(2);
        clock[$"{two}"] = clock.GetValueOrDefault($"{two}") + 1;
        clock[$"{guest}"] = 1;
        var awaited = $"{two}#{clock[$"{two}"]}";

        var text = Text(guest, clock, "by hand:delivered:escaped:1%252%3A3%7C4");
        var delivered = (await Cluster[1].DeliverAsync(text)).Expect(HttpStatusCode.OK).Read<HandDeliveryView>();
        Assert.Equal($"{guest}#1", delivered.Dot);
        Assert.Equal("buffered", delivered.Outcome);
        Assert.Equal([awaited], delivered.Missing);
        var waiting = Assert.Single((await Cluster[1].PendingAsync()).Updates);
        Assert.Equal(($"{guest}#1", guest, "missing-dependency"), (waiting.Dot, waiting.Origin, waiting.Reason));
        Assert.Equal([awaited], waiting.Missing);
        Assert.Equal(["by hand", "escaped"], waiting.Keys.Order());
        (await Cluster[1].GetAsync("by hand")).Expect(HttpStatusCode.NotFound);

        Assert.Equal(awaited, (await Cluster[2].WriteAsync("awaited", "1")).Write.Dot);
        foreach (var replica in Cluster.Running())
        {
            await replica.ShowsAsync("by hand", "delivered");
            await replica.ShowsAsync("escaped", "1%2:3|4");
        }

        var again = (await Cluster[1].DeliverAsync(text)).Expect(HttpStatusCode.OK).Read<HandDeliveryView>();
        Assert.Equal("duplicate", again.Outcome);
    }

    [Fact]
    public async Task MembersUpdate_WithOtherContent_IsRefused()
    {
        var (real, _) = await Cluster[2].WriteAsync("real", "1");
        foreach (var replica in Cluster.Running())
        {
            await replica.ShowsAsync("real", "1");
            (await replica.DeliverAsync(Text(Cluster.IdOf(2), real.Clock, "real:forged"))).ExpectProblem(HttpStatusCode.Conflict);
        }

        // Nor may anybody write what the member has not written yet.
        var next = new Dictionary<string, long>(real.Clock);
        next[$"{Cluster.IdOf(2)}"] += 1;
        (await Cluster[1].DeliverAsync(Text(Cluster.IdOf(2), next, "real:foretold"))).ExpectProblem(HttpStatusCode.Conflict);
        Assert.All(await Task.WhenAll(Cluster.Running().Select(replica => replica.GetAsync("real"))), answer => Assert.Equal("1", answer.Body));
        Assert.NotEqual("real:foretold", (await Cluster[2].WriteAsync("real", "2")).Write.Key);
        await Cluster[1].ShowsAsync("real", "2");
    }

    [Fact]
    public async Task MembersUpdate_ThatIsHeldBack_IsTakenInItsExactText()
    {
        await Cluster.SettledAsync();
        await Cluster[2].HoldAsync(Cluster.IdOf(1));
        try
        {
            var (held, _) = await Cluster[2].WriteAsync("smuggled", "past the link");
            (await Cluster[1].GetAsync("smuggled")).Expect(HttpStatusCode.NotFound);
            (await Cluster[1].DeliverAsync(Text(Cluster.IdOf(2), held.Clock, "smuggled:something else"))).ExpectProblem(HttpStatusCode.Conflict);

            var delivered = (await Cluster[1].DeliverAsync(Text(Cluster.IdOf(2), held.Clock, "smuggled:past the link"))).Expect(HttpStatusCode.OK);
            Assert.Equal("applied", delivered.Read<HandDeliveryView>().Outcome);
            Assert.Equal("past the link", (await Cluster[1].GetAsync("smuggled")).Expect(HttpStatusCode.OK).Body);
        }
        finally
        {
            await Cluster[2].HealAsync();
        }

        // The same update as everywhere else, not a twin.
        await Cluster.SettledAsync();
        var etags = await Task.WhenAll(Cluster.Running().Select(replica => replica.GetAsync("smuggled")));
        Assert.Single(etags.Select(answer => (answer.ETag, answer.Headers.GetValueOrDefault("Siblings"))).Distinct());
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("SU")]
    [InlineData("SU9")]
    [InlineData("SU9:9|k:v")]
    [InlineData("SU9:9:1|k")]
    [InlineData("SU9:9:1|k:v|w:x")]
    [InlineData("SU9:9:0|k:v")]
    [InlineData("SU9:9:-1|k:v")]
    [InlineData("SU9:9:99999999999999999999|k:v")]
    [InlineData("SU9:9:1|k:%zz")]
    public async Task Text_ThatIsNoUpdate_IsRefusedWithASentence(string text) =>
        (await Cluster[1].DeliverAsync(text)).ExpectProblem(HttpStatusCode.BadRequest);

    [Fact]
    public async Task Text_OfAnUnknownSender_IsRefused() =>
        (await Cluster[1].DeliverAsync("SU900:900:1|k:v")).ExpectProblem(HttpStatusCode.Conflict);

    private async Task<int> GuestAsync()
    {
        var answer = (await Cluster[1].OperateAsync(HttpMethod.Post, "/admin/guests")).Expect(HttpStatusCode.OK);
        var id = answer.Read<JsonElement>().GetProperty("id").GetInt32();
        Assert.True(id > 3, $"A guest has the id {id}");
        return id;
    }

    private static string Text(int sender, IReadOnlyDictionary<string, long> clock, string pairs) =>
        $"SU{sender}{string.Concat(clock.Select(entry => $":{entry.Key}:{entry.Value}"))}|{pairs}";

    public sealed class Fixture : ClusterFixture;
}
