using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using ReplicatedDs.Causality.Core;

namespace ReplicatedDs.Replica.Tests.Http;

/// <summary>The telemetry feed.</summary>
public class EventFeedTests
{
    [Fact]
    public async Task Events_FromTheStart_AreCompleteAndInOrder()
    {
        await using var replica = await TestReplica.StartAsync();
        replica.Node.Write("x", "1");
        var events = await ReadAsync(replica, "/events", 1);
        var write = events.Single(one => (string?)one["kind"] == "Write");
        Assert.Equal(["n", "t", "replica", "peer", "kind", "dot", "keys", "deps", "missing", "wouldBeVisible", "traceId"], write.AsObject().Select(member => member.Key));
        Assert.Equal((1, "1#2"), ((int?)write["replica"], (string?)write["dot"]));
        Assert.Equal("""["x"]""", write["keys"]!.ToJsonString());
        Assert.Equal("""{"1":1}""", write["deps"]!.ToJsonString());
        Assert.InRange((long)write["t"]!, DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds() * 1000, DateTimeOffset.UtcNow.AddMinutes(1).ToUnixTimeMilliseconds() * 1000);
    }

    [Fact]
    public async Task Events_OfAWaitingUpdate_ShowCauseBeforeEffect()
    {
        await using var replica = await TestReplica.StartAsync();
        using var admitted = await replica.Operator.PostAsync("/admin/guests", null);
        using var waits = await Siblings.DeliverAsync(replica, "SU2:1:3:2:1|y:1");
        replica.Node.Write("x", "1");
        var kinds = (await ReadAsync(replica, "/events", (int)replica.Node.Events.Last)).Select(one => $"{one["kind"]} {one["dot"]}").ToList();
        Assert.Contains("Buffer 2#1", kinds);
        Assert.True(kinds.IndexOf("Write 1#3") < kinds.IndexOf("Apply 2#1"), string.Join(", ", kinds));
        var buffer = (await ReadAsync(replica, "/events", (int)replica.Node.Events.Last)).Single(one => (string?)one["kind"] == "Buffer");
        Assert.Equal("""["1#3"]""", buffer["missing"]!.ToJsonString());
        Assert.True((bool?)buffer["wouldBeVisible"]);
        Assert.Equal("{}", buffer["deps"]!.ToJsonString());
    }

    [Fact]
    public async Task Events_After_ResumesAndTheHeaderWins()
    {
        await using var replica = await TestReplica.StartAsync();
        for (var i = 0; i < 10; i++)
        {
            replica.Node.Events.Add(i, new ReplicaEvent(ReplicaEventKind.Read) { Key = $"k{i}" });
        }

        var last = replica.Node.Events.Last;
        Assert.Equal([last - 1, last], (await ReadAsync(replica, $"/events?after={last - 2}", 2)).Select(one => (long)one["n"]!));
        Assert.Equal([last], (await ReadAsync(replica, "/events?after=0", 1, lastEventId: last - 1)).Select(one => (long)one["n"]!));

        // A number from before a restart starts over.
        Assert.Equal(1, (long?)(await ReadAsync(replica, "/events?after=999999", 1))[0]["n"]);
    }

    [Fact]
    public async Task Events_Except_LeavesKindsOutAndCountsOn()
    {
        await using var replica = await TestReplica.StartAsync();
        var first = replica.Node.Events.Last + 1;
        foreach (var kind in (ReplicaEventKind[])[ReplicaEventKind.Read, ReplicaEventKind.Send, ReplicaEventKind.Arrive, ReplicaEventKind.Read])
        {
            replica.Node.Events.Add(1, new ReplicaEvent(kind) { Key = "x" });
        }

        var events = await ReadAsync(replica, $"/events?after={first - 1}&except=Send,Arrive", 2);
        Assert.Equal([first, first + 3], events.Select(one => (long)one["n"]!));
        foreach (var query in (string[])["except=Send,Nonsense", "share=0", "share=x", "share=1025"])
        {
            using var wrong = await replica.Client.GetAsync("/events?" + query);
            Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        }
    }

    [Fact]
    public async Task Events_Share_TellsWholeUpdates_ExceptionsAndTheKeysThatAreAskedFor()
    {
        await using var replica = await TestReplica.StartAsync();
        var first = replica.Node.Events.Last;
        for (var i = 0; i < 400; i++)
        {
            replica.Node.Write("x", "1");
        }

        replica.Node.Write("demo:y", "1");
        replica.Node.Events.Add(1, new ReplicaEvent(ReplicaEventKind.LinkChanged) { Detail = "held" });
        var all = await ReadAsync(replica, $"/events?after={first}", int.MaxValue, isLast: IsLink);
        var told = await ReadAsync(replica, $"/events?after={first}&share=8&whole=demo:", int.MaxValue, isLast: IsLink);

        // Of ordinary updates about one in eight, the same ones at every reading; the key that was asked for, and the link.
        Assert.Equal(401, Writes(all).Count);
        Assert.InRange(Writes(told).Count, 20, 90);
        Assert.Contains(told, one => one["keys"]!.ToJsonString() == """["demo:y"]""");
        var again = await ReadAsync(replica, $"/events?after={first}&share=8", int.MaxValue, isLast: IsLink);
        Assert.Subset(Writes(told).ToHashSet(), Writes(again).ToHashSet());
        var rarer = await ReadAsync(replica, $"/events?after={first}&share=16", int.MaxValue, isLast: IsLink);
        Assert.Subset(Writes(again).ToHashSet(), Writes(rarer).ToHashSet());

        static bool IsLink(JsonNode one) => (string?)one["kind"] == "LinkChanged";

        static List<string> Writes(List<JsonNode> events) => [.. events.Where(one => (string?)one["kind"] == "Write").Select(one => (string)one["dot"]!)];
    }

    [Fact]
    public async Task Events_SlowReader_IsToldHowManyWereLost()
    {
        await using var replica = await TestReplica.StartAsync();
        var batch = Enumerable.Repeat(new ReplicaEvent(ReplicaEventKind.Read) { Key = "x" }, 70_000).ToArray();
        replica.Node.Events.Add(1, batch);
        var last = replica.Node.Events.Last;
        var events = await ReadAsync(replica, "/events?after=3", 2);
        Assert.Equal(("Gap", last - 65_536 - 3), ((string?)events[0]["kind"], (long?)events[0]["lost"]));
        Assert.Equal((long)events[0]["n"]! + 1, (long?)events[1]["n"]);
    }

    [Fact]
    public async Task Events_LiveReader_GetsWhatHappensLater()
    {
        await using var replica = await TestReplica.StartAsync();
        var reading = ReadAsync(replica, $"/events?after={replica.Node.Events.Last}", 1);
        replica.Node.Write("later", "1");
        Assert.Contains(await reading, one => one["keys"]!.ToJsonString() == """["later"]""");
    }

    [Fact]
    public async Task Events_TooManyReaders_Is503AndOneThatLeavesMakesRoom()
    {
        await using var replica = await TestReplica.StartAsync(null, ("Limits:EventReaders", "1"));
        var first = await replica.Client.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead);
        using (var refused = await replica.Client.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead))
        {
            await TestReplica.ProblemAsync(refused, "overloaded");
        }

        first.Dispose();
        var status = HttpStatusCode.ServiceUnavailable;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (status != HttpStatusCode.OK)
        {
            using var next = await replica.Client.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            status = next.StatusCode;
        }
    }

    [Fact]
    public async Task Events_WhenTheReplicaStops_End()
    {
        var replica = await TestReplica.StartAsync();
        using var response = await replica.Client.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead);
        var body = await response.Content.ReadAsStreamAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var stopping = replica.DisposeAsync();
        await body.CopyToAsync(Stream.Null, deadline.Token);
        await stopping;
    }

    private static async Task<List<JsonNode>> ReadAsync(TestReplica replica, string target, int atLeast, long? lastEventId = null, Func<JsonNode, bool>? isLast = null)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId.ToString());
        }

        using var response = await replica.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var events = new List<JsonNode>();
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync(deadline.Token)).EnumerateAsync(deadline.Token))
        {
            var one = JsonNode.Parse(item.Data)!;
            Assert.Equal(item.EventId, one["n"]!.ToString());
            events.Add(one);
            if (events.Count >= atLeast || isLast?.Invoke(one) == true)
            {
                break;
            }
        }

        return events;
    }
}
