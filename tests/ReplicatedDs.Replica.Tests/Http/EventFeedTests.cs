using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Http.Events;

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
        Assert.All(all, one => Assert.Null(one["share"]));
        Assert.Equal(["x 8", "demo:y ", " "], told.Select(one => $"{one["keys"]!.AsArray().FirstOrDefault()} {one["share"]}").Distinct());
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
    public async Task Events_Share_OfWaits_TellsThoseThatOutlastABatch_AsFarAsTheyAreExceptions()
    {
        await using var replica = await TestReplica.StartAsync();
        var first = replica.Node.Events.Last;
        var updates = Enumerable.Range(1, 300).Select(i => new Update(new Dot(2, i), VectorClock.Of((1, 5_000)), new HybridTimestamp(i), [new SetOperation("x", new byte[1], null)])).ToArray();

        // Each misses what its origin knew of 1, which is more than a reader of a share is told. Those of the first hundred are over at once, those of the second began before this reader came, those of the third go on.
        replica.Node.Events.Add(
            1,
            [
                .. updates[..100].Select(Buffer), .. updates[..100].Select(Apply), .. updates[100..200].Select(Apply), .. updates[200..300].Select(Buffer),
                .. Enumerable.Repeat(new ReplicaEvent(ReplicaEventKind.Read) { Key = "x" }, 2_048),
                .. updates[200..300].Select(Apply), new ReplicaEvent(ReplicaEventKind.LinkChanged) { Detail = "held" },
            ]);
        var told = await ReadAsync(replica, $"/events?after={first}&share=8&except=Read", int.MaxValue, isLast: one => (string?)one["kind"] == "LinkChanged");
        var sampled = told.Where(one => one["share"] is not null).ToList();
        Assert.InRange(sampled.Count / 2, 4, 80);
        Assert.All(sampled.GroupBy(one => (string?)one["dot"]), update => Assert.Equal(["Buffer", "Apply"], update.Select(one => (string?)one["kind"])));
        Assert.All(told.Where(one => (string?)one["kind"] == "Buffer"), one => Assert.Equal((10, 5_000), (one["missing"]!.AsArray().Count, (int?)one["missingCount"])));
        string[] exceptions = [.. updates[200..(200 + EventSelection.ExceptionsMax)].Select(update => update.Dot.ToString())];
        Assert.Equal(
            [.. updates[100..200].Select(update => update.Dot.ToString()), .. exceptions, .. exceptions],
            told.Where(one => one["share"] is null && (string?)one["kind"] is "Buffer" or "Apply").Select(one => (string?)one["dot"]));

        static ReplicaEvent Buffer(Update update) => new(ReplicaEventKind.Buffer) { Update = update, DeliveredAtArrival = VectorClock.Empty };

        static ReplicaEvent Apply(Update update) => new(ReplicaEventKind.Apply) { Update = update, DeliveredAtArrival = VectorClock.Empty };
    }

    [Fact]
    public async Task Events_ThatNobodyWants_AreCountedOn_SoThatNothingIsLost()
    {
        await using var replica = await TestReplica.StartAsync();
        var first = replica.Node.Events.Last;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var response = await replica.Client.GetAsync($"/events?after={first}&except=Read", HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(deadline.Token));
        var reached = first;
        foreach (var _ in Enumerable.Range(0, 2))
        {
            replica.Node.Events.Add(1, Enumerable.Repeat(new ReplicaEvent(ReplicaEventKind.Read) { Key = "x" }, 40_000).ToArray());
            while (reached < replica.Node.Events.Last - 10_000)
            {
                const string Id = "id: ";
                reached = long.Parse((await UntilAsync(lines, line => line.StartsWith(Id, StringComparison.Ordinal), deadline.Token))[Id.Length..]);
            }
        }

        replica.Node.Events.Add(1, new ReplicaEvent(ReplicaEventKind.LinkChanged) { Detail = "held" });
        Assert.Equal("LinkChanged", (string?)(await ReadAsync(replica, $"/events?after={reached}&except=Read", 1))[0]["kind"]);
        Assert.Equal("Gap", (string?)(await ReadAsync(replica, $"/events?after={first}&except=Read", 1))[0]["kind"]);
    }

    [Fact]
    public async Task Events_ThatNobodyWants_DoNotKeepTheHeartbeatBack()
    {
        var time = new ManualTime();
        await using var replica = await TestReplica.StartAsync(TestNode.Founded(time));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var response = await replica.Client.GetAsync($"/events?after={replica.Node.Events.Last}&except=Read", HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(deadline.Token));
        var heard = UntilAsync(lines, line => line.StartsWith("id: ", StringComparison.Ordinal), deadline.Token); // there is nothing to tell: it comes with the heartbeat
        while (!heard.IsCompleted)
        {
            replica.Node.Events.Add(1, new ReplicaEvent(ReplicaEventKind.Read) { Key = "x" });
            time.Advance(EventFeed.HeartbeatInterval / 10);
            await Task.WhenAny(heard, Task.Delay(5, deadline.Token));
        }

        Assert.StartsWith("id: ", await heard, StringComparison.Ordinal);
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

    private static async Task<string> UntilAsync(StreamReader lines, Func<string, bool> isWanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await lines.ReadLineAsync(cancellationToken) is not { } line)
            {
                throw new InvalidOperationException("The feed ended.");
            }

            if (isWanted(line))
            {
                return line;
            }
        }
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
