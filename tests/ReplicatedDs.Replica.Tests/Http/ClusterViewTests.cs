using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Tests.Http;

/// <summary>What a replica tells about itself, its peers and what waits.</summary>
public class ClusterViewTests
{
    [Fact]
    public async Task Clock_IsTheDeliveredClock()
    {
        await using var replica = await TestReplica.StartAsync();
        replica.Node.Write("x", "1");
        Assert.Equal("""{"replica":1,"delivered":{"1":2}}""", await replica.Client.GetStringAsync("/clock"));
    }

    [Fact]
    public async Task Pending_HandDeliveredUpdate_NamesTheExactMissingDots()
    {
        await using var replica = await TestReplica.StartAsync();
        using var admitted = await replica.Operator.PostAsync("/admin/guests", null);
        Assert.Equal("""{"id":2,"dot":"1#2"}""", (await TestReplica.JsonAsync(admitted)).ToJsonString());
        using var waits = await Siblings.DeliverAsync(replica, "SU2:1:4:2:1|y:a%3Ab:z:3");
        Assert.Equal("""{"dot":"2#1","outcome":"buffered","missing":["1#3","1#4"]}""", (await TestReplica.JsonAsync(waits)).ToJsonString());
        using var again = await Siblings.DeliverAsync(replica, "SU2:1:4:2:1|y:a%3Ab:z:3\n");
        Assert.Equal("duplicate", (string?)(await TestReplica.JsonAsync(again))["outcome"]);
        using var gap = await Siblings.DeliverAsync(replica, "SU2:1:2:2:3|w:5");
        Assert.Equal("""["2#2"]""", Gapped(await TestReplica.JsonAsync(gap)));

        var pending = JsonNode.Parse(await replica.Client.GetStringAsync("/pending"))!;
        Assert.Equal((1, 2), ((int?)pending["replica"], (int?)pending["count"]));
        var first = pending["updates"]![0]!;
        Assert.Equal(("2#1", 2, "missing-dependency"), ((string?)first["dot"], (int?)first["origin"], (string?)first["reason"]));
        Assert.Equal("""["y","z"]""", first["keys"]!.ToJsonString());
        Assert.Equal("""["1#3","1#4"]""", first["missing"]!.ToJsonString());
        Assert.True(DateTimeOffset.TryParse((string?)first["arrivedAt"], CultureInfo.InvariantCulture, out var arrived), first.ToJsonString());
        Assert.InRange(DateTimeOffset.UtcNow - arrived, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.InRange((long)first["ageMs"]!, 0, 60_000);
        Assert.Equal("gap", (string?)pending["updates"]![1]!["reason"]);

        var why = JsonNode.Parse(await replica.Client.GetStringAsync("/pending/2%231/why"))!;
        Assert.Equal(["1#3", "1#4"], why["missing"]!.AsArray().Select(one => (string?)one!["dot"]));
        Assert.All(why["missing"]!.AsArray(), one => Assert.False(string.IsNullOrEmpty((string?)one!["action"])));

        using var unread = await replica.Client.GetAsync("/kv/y");
        await TestReplica.ProblemAsync(unread, "no-such-key");
        replica.Node.Write("a", "1");
        replica.Node.Write("a", "2");
        Assert.Equal("a:b", await replica.Client.GetStringAsync("/kv/y"));
        Assert.Equal("""{"replica":1,"delivered":{"1":4,"2":1}}""", await replica.Client.GetStringAsync("/clock"));
    }

    // Which earlier updates of its own origin are named depends on the clock entry; the gap itself is always among them.
    private static string Gapped(JsonNode view) => $"[\"{view["missing"]!.AsArray().Select(dot => (string?)dot).Last()}\"]";

    [Fact]
    public async Task HandDelivery_OfARealUpdate_IsADuplicateHere()
    {
        await using var replica = await TestReplica.StartAsync();
        replica.Node.Write("x", "1");
        using var response = await Siblings.DeliverAsync(replica, "SU1:1:2|x:1");
        Assert.Equal("duplicate", (string?)(await TestReplica.JsonAsync(response))["outcome"]);
    }

    [Fact]
    public async Task Members_ShowStateAddressesAndWhoWasHeard()
    {
        var time = new ManualTime();
        await using var replica = await WithSecondAsync(time);
        var members = JsonNode.Parse(await replica.Client.GetStringAsync("/members"))!;
        Assert.Equal(["active", "active"], members["members"]!.AsArray().Select(one => (string?)one!["status"]));
        Assert.Equal([true, false], members["members"]!.AsArray().Select(one => (bool)one!["isSelf"]!));
        Assert.Equal([true, true], members["members"]!.AsArray().Select(one => (bool)one!["reachable"]!));
        Assert.Equal("http://127.0.0.1:2", (string?)members["members"]![1]!["http"]);
        time.Advance(TimeSpan.FromSeconds(3));
        var later = JsonNode.Parse(await replica.Client.GetStringAsync("/members"))!["members"]![1]!;
        Assert.Equal((false, 3000), ((bool)later["reachable"]!, (long)later["lastHeardMs"]!));
    }

    [Fact]
    public async Task Stable_SaysWhoHoldsItBack()
    {
        await using var replica = await WithSecondAsync();
        replica.Node.Write("x", "1");
        replica.Node.Write("x", "2");
        var stable = JsonNode.Parse(await replica.Client.GetStringAsync("/stable"))!;
        var own = replica.Node.State.Delivered[new ReplicaId(1)];
        var held = Assert.Single(stable["heldBackBy"]!.AsArray())!;
        Assert.Equal(2, (int?)held["replica"]);
        Assert.Equal(own - 2, (long)held["wouldFree"]!);
        Assert.InRange((long?)stable["stable"]!["1"] ?? 0, 0, 2);
    }

    [Fact]
    public async Task Links_AreSetReleasedAndHealed()
    {
        await using var replica = await WithSecondAsync();
        using var held = await replica.Operator.PutAsync(
            "/admin/links/2", new StringContent("""{"mode":"hold","expiresSeconds":60}""", Encoding.UTF8, "application/json"));
        var link = Assert.Single((await TestReplica.JsonAsync(held)).AsArray())!;
        Assert.Equal((2, "hold", 0, 0L), ((int?)link["peer"], (string?)link["mode"], (int?)link["delayMs"], (long?)link["queued"]));
        Assert.Equal(replica.Node.Time.GetUtcNow().AddSeconds(60), DateTimeOffset.Parse((string)link["expiresAt"]!, CultureInfo.InvariantCulture));
        replica.Node.Write("x", "1");
        replica.Node.Write("y", "2");
        using var queued = await replica.Operator.GetAsync("/admin/links");
        Assert.Equal(2, (long?)(await TestReplica.JsonAsync(queued))[0]!["queued"]);
        using var released = await replica.Operator.PostAsync("/admin/links/2/release?count=1", null);
        await TestReplica.JsonAsync(released);
        using var after = await replica.Operator.GetAsync("/admin/links");
        Assert.Equal(1, (long?)(await TestReplica.JsonAsync(after))[0]!["queued"]);
        using var healed = await replica.Operator.DeleteAsync("/admin/links");
        var ok = Assert.Single((await TestReplica.JsonAsync(healed)).AsArray())!;
        Assert.Equal("ok", (string?)ok["mode"]);
        Assert.Null(ok["expiresAt"]);
    }

    [Fact]
    public async Task Status_TellsWhoItIsAndWhatItCounted()
    {
        await using var replica = await TestReplica.StartAsync();
        replica.Node.Write("x", "1");
        await replica.Client.GetStringAsync("/kv/x");
        var status = JsonNode.Parse(await replica.Client.GetStringAsync("/status"))!;
        Assert.Equal((TestNode.ClusterId, 1, "active"), ((string?)status["clusterId"], (int?)status["replica"], (string?)status["state"]));
        Assert.Equal((1, 1, 1), ((long?)status["counters"]!["keys"], (long?)status["counters"]!["writes"], (long?)status["counters"]!["reads"]));
        Assert.True((bool?)status["lab"]);
        Assert.Matches(@"^\d+\.\d+", (string?)status["version"]);
        var metrics = await replica.Client.GetStringAsync("/metrics");
        Assert.Contains("\nreplicated_ds_writes_total 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nreplicated_ds_delivered_updates{origin=\"1\"} 2\n", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(NodePhase.Starting)]
    [InlineData(NodePhase.Joining)]
    [InlineData(NodePhase.CatchingUp)]
    [InlineData(NodePhase.Leaving)]
    [InlineData(NodePhase.Stopping)]
    public async Task Health_UntilReady_Is503(NodePhase phase)
    {
        await using var replica = await TestReplica.StartAsync();
        using var ready = await replica.Client.GetAsync("/health");
        Assert.Equal("""{"status":"ready","replica":1}""", await ready.Content.ReadAsStringAsync());
        replica.Node.Phase = phase;
        using var response = await replica.Client.GetAsync("/health");
        var problem = await TestReplica.ProblemAsync(response, "not-ready");
        Assert.Equal(phase.ToString(), ((string)problem["phase"]!).Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
        using var alive = await replica.Client.GetAsync("/alive");
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        using var status = await replica.Client.GetAsync("/status");
        Assert.Equal(HttpStatusCode.OK, status.StatusCode);
    }

    [Fact]
    public async Task BeforeItJoined_WhatNeedsAStateIs503AndStatusAnswers()
    {
        await using var replica = await TestReplica.StartAsync(new TestNode());
        foreach (var path in new[] { "/clock", "/pending", "/pending/1%231/why", "/stable", "/members" })
        {
            using var response = await replica.Client.GetAsync(path);
            await TestReplica.ProblemAsync(response, "not-ready");
        }

        using var links = await replica.Operator.GetAsync("/admin/links");
        await TestReplica.ProblemAsync(links, "not-ready");
        using var leave = await replica.Operator.PostAsync("/admin/leave", null);
        await TestReplica.ProblemAsync(leave, "not-ready");
        Assert.Equal("joining", (string?)JsonNode.Parse(await replica.Client.GetStringAsync("/status"))!["state"]);
        Assert.Contains("replicated_ds_ready 0", await replica.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leave_LastMemberIsRefused_OthersAnswerWithTheLastDotAndStopWriting()
    {
        await using var alone = await TestReplica.StartAsync();
        using var refused = await alone.Operator.PostAsync("/admin/leave", null);
        await TestReplica.ProblemAsync(refused, "last-member");

        await using var replica = await WithSecondAsync();
        using var left = await replica.Operator.PostAsync("/admin/leave", null);
        var view = await TestReplica.JsonAsync(left);
        Assert.Equal((1, replica.Node.State.Members.Find(new ReplicaId(1))!.Final), ((int?)view["replica"], Counter((string)view["dot"]!)));
        using var write = await replica.Client.PutAsync("/kv/x", new StringContent("1"));
        await TestReplica.ProblemAsync(write, "leaving");
        Assert.NotNull(write.Headers.RetryAfter);
    }

    [Fact]
    public async Task Crash_PullsTheSwitch()
    {
        await using var replica = await TestReplica.StartAsync();
        using var response = await replica.Operator.PostAsync("/admin/crash", null);
        Assert.Equal(1, replica.Crashes);
    }

    private static long Counter(string text)
    {
        Assert.True(Dot.TryParse(text, out var dot), text);
        return dot.Counter;
    }

    /// <summary>Replica 1 with an active member 2, which said that it holds everything up to its activation's cause.</summary>
    private static async Task<TestReplica> WithSecondAsync(TimeProvider? time = null)
    {
        var node = TestNode.Founded(time ?? new ManualTime());
        var admit = TestNode.Admission(2, "http://127.0.0.1:2");
        node.Step(new JoinRequest(new object(), admit));
        node.Step(new MessageArrived(admit.Replica, admit.Incarnation, new Heartbeat(node.State.Delivered, Paused: false)));
        node.Step();
        Assert.True(node.State.Members.Find(admit.Replica)!.Status == Causality.Membership.MemberStatus.Active, "Replica 2 was not activated.");
        return await TestReplica.StartAsync(node);
    }
}
