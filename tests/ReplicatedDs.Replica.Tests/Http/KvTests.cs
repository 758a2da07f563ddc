using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Replica.Storage;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Tests.Http;

/// <summary>Plain reads and writes.</summary>
public class KvTests
{
    [Fact]
    public async Task Put_ThenGet_GivesBytesTypeAndDot()
    {
        await using var replica = await TestReplica.StartAsync();
        using var content = new ByteArrayContent([0, 255, 10]) { Headers = { ContentType = new MediaTypeHeaderValue("image/x-mine") } };
        using var written = await replica.Client.PutAsync("/kv/x", content);
        var view = await TestReplica.JsonAsync(written);
        Assert.Equal(["key", "dot", "clock"], view.AsObject().Select(member => member.Key));
        Assert.Equal("x", (string?)view["key"]);
        Assert.Equal("1#2", (string?)view["dot"]);
        Assert.Equal("""{"1":2}""", view["clock"]!.ToJsonString());

        using var read = await replica.Client.GetAsync("/kv/x");
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal([0, 255, 10], await read.Content.ReadAsByteArrayAsync());
        Assert.Equal("image/x-mine", read.Content.Headers.ContentType?.ToString());
        Assert.Equal("\"1#2\"", read.Headers.ETag?.Tag);
        Assert.Equal("1", read.Headers.GetValues("Siblings").Single());
        Assert.Equal("sandbox; default-src 'none'", read.Headers.GetValues("Content-Security-Policy").Single());

        using var head = await replica.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/kv/x"));
        Assert.Equal((3L, "\"1#2\""), (head.Content.Headers.ContentLength, head.Headers.ETag?.Tag));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Put_EmptyAndLargestValues_AreKept()
    {
        await using var replica = await TestReplica.StartAsync();
        foreach (var length in new[] { 0, 1, 4096, 4097, 200_000, 1 << 20 })
        {
            using var written = await replica.Client.PutAsync("/kv/x", new ByteArrayContent(new byte[length]));
            await TestReplica.JsonAsync(written);
            Assert.Equal(length, (await replica.Client.GetByteArrayAsync("/kv/x")).Length);
        }
    }

    [Theory]
    [InlineData((1 << 20) + 1)]
    [InlineData(3 << 20)]
    [InlineData(9 << 20)]
    [InlineData(40 << 20)]
    public async Task Put_TooLargeValue_Is413(int length)
    {
        await using var replica = await TestReplica.StartAsync();
        foreach (var (chunked, expect) in new[] { (false, false), (false, true), (true, false), (true, true) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "/kv/x") { Content = new ByteArrayContent(new byte[length]) };
            request.Headers.TransferEncodingChunked = chunked;
            request.Headers.ExpectContinue = expect;
            using var response = await replica.Client.SendAsync(request);
            await TestReplica.ProblemAsync(response, "too-large");
            Assert.True(response.Headers.Contains("Causal-Token"));
        }

        Assert.Null(replica.Node.State.Keys.Find("x"));
        using var next = await replica.Client.PutAsync("/kv/x", new StringContent("1"));
        await TestReplica.JsonAsync(next);
    }

    [Fact]
    public async Task Delete_ThenGet_Is404AndDeletingAgainIsNoError()
    {
        await using var replica = await TestReplica.StartAsync();
        replica.Node.Write("x", "1");
        using var deleted = await replica.Client.DeleteAsync("/kv/x");
        Assert.Equal("1#3", (string?)(await TestReplica.JsonAsync(deleted))["dot"]);
        using var gone = await replica.Client.GetAsync("/kv/x");
        await TestReplica.ProblemAsync(gone, "no-such-key");
        using var again = await replica.Client.DeleteAsync("/kv/never");
        await TestReplica.JsonAsync(again);
    }

    [Fact]
    public async Task Put_ConditionsOnDots_HoldOrAre412WithThePresentDot()
    {
        await using var replica = await TestReplica.StartAsync();
        async Task<HttpResponseMessage> PutAsync(string? ifMatch, string? ifNoneMatch)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "/kv/x") { Content = new StringContent("v") };
            if (ifMatch is not null)
            {
                request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
            }

            if (ifNoneMatch is not null)
            {
                request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
            }

            return await replica.Client.SendAsync(request);
        }

        using var absent = await PutAsync("\"1#2\"", null);
        Assert.Null(absent.Headers.ETag);
        Assert.Equal("[]", (await TestReplica.ProblemAsync(absent, "condition-failed"))["current"]!.ToJsonString());
        using var created = await PutAsync(null, "*");
        Assert.Equal("1#2", (string?)(await TestReplica.JsonAsync(created))["dot"]);
        using var exists = await PutAsync(null, "*");
        await TestReplica.ProblemAsync(exists, "condition-failed");
        Assert.Equal(HttpStatusCode.PreconditionFailed, exists.StatusCode);
        Assert.Equal("\"1#2\"", exists.Headers.ETag?.Tag);
        Assert.True(exists.Headers.Contains("Causal-Token"));
        using var matched = await PutAsync("\"1#2\"", null);
        Assert.Equal("1#3", (string?)(await TestReplica.JsonAsync(matched))["dot"]);
        using var stale = await PutAsync("\"1#2\"", null);
        await TestReplica.ProblemAsync(stale, "condition-failed");
        using var listed = await PutAsync("\"1#3,2#1\"", null);
        await TestReplica.ProblemAsync(listed, "condition-failed");
        foreach (var bad in new[] { "1#3", "*", "\"x\"", "W/\"1#3\"", "\"1#3\", \"1#2\"", "\"\"" })
        {
            using var refused = await PutAsync(bad, null);
            await TestReplica.ProblemAsync(refused, "bad-condition");
        }

        using var otherNone = await PutAsync(null, "\"1#3\"");
        await TestReplica.ProblemAsync(otherNone, "bad-condition");
        Assert.Equal(new Dot(1, 3), replica.Node.State.Keys.Find("x")!.Winner.Dot);
    }

    [Fact]
    public async Task Delete_WithCondition_IsConditional()
    {
        await using var replica = await TestReplica.StartAsync();
        var dot = replica.Node.Write("x", "1");
        using var stale = new HttpRequestMessage(HttpMethod.Delete, "/kv/x");
        stale.Headers.Add("If-Match", "\"1#1\"");
        using var failed = await replica.Client.SendAsync(stale);
        await TestReplica.ProblemAsync(failed, "condition-failed");
        using var fresh = new HttpRequestMessage(HttpMethod.Delete, "/kv/x");
        fresh.Headers.Add("If-Match", $"\"{dot}\"");
        using var deleted = await replica.Client.SendAsync(fresh);
        await TestReplica.JsonAsync(deleted);
    }

    [Fact]
    public async Task Get_IfNoneMatch_Is304()
    {
        await using var replica = await TestReplica.StartAsync();
        var dot = replica.Node.Write("x", "1");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/kv/x");
        request.Headers.Add("If-None-Match", $"\"{dot}\"");
        using var response = await replica.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotModified, response.StatusCode);
        Assert.True(response.Headers.Contains("Causal-Token"));
    }

    [Fact]
    public async Task Get_WithSiblings_NamesTheWinnerAndListsAll()
    {
        await using var replica = await TestReplica.StartAsync();
        await Siblings.MakeAsync(replica, "x", "a", "b");
        using var plain = await replica.Client.GetAsync("/kv/x");
        Assert.Equal("2", plain.Headers.GetValues("Siblings").Single());
        Assert.Equal("\"4#1,3#1\"", plain.Headers.ETag?.Tag);
        Assert.Equal("b", await plain.Content.ReadAsStringAsync());

        using var all = await replica.Client.GetAsync("/kv/x?siblings=all");
        var view = await TestReplica.JsonAsync(all);
        Assert.Equal(["4#1", "3#1"], view["siblings"]!.AsArray().Select(sibling => (string?)sibling!["dot"]));
        Assert.Equal(["b", "a"], view["siblings"]!.AsArray().Select(sibling => (string?)sibling!["value"]));
        Assert.All(view["siblings"]!.AsArray(), sibling => Assert.Equal("utf-8", (string?)sibling!["encoding"]));

        using var request = new HttpRequestMessage(HttpMethod.Put, "/kv/x") { Content = new StringContent("c") };
        request.Headers.TryAddWithoutValidation("If-Match", plain.Headers.ETag!.Tag);
        using var conditional = await replica.Client.SendAsync(request);
        Assert.Equal("""["4#1","3#1"]""", (await TestReplica.ProblemAsync(conditional, "condition-failed"))["current"]!.ToJsonString());
        Assert.Equal("\"4#1,3#1\"", conditional.Headers.ETag?.Tag);

        using var resolved = await replica.Client.PutAsync("/kv/x", new StringContent("c"));
        await TestReplica.JsonAsync(resolved);
        using var after = await replica.Client.GetAsync("/kv/x");
        Assert.Equal("1", after.Headers.GetValues("Siblings").Single());
        using var bad = await replica.Client.GetAsync("/kv/x?siblings=some");
        await TestReplica.ProblemAsync(bad, "bad-request");
    }

    [Fact]
    public async Task Get_Bytes_AreBase64AmongSiblings()
    {
        await using var replica = await TestReplica.StartAsync();
        using var written = await replica.Client.PutAsync("/kv/x", new ByteArrayContent([0xff]));
        using var all = await replica.Client.GetAsync("/kv/x?siblings=all");
        var sibling = (await TestReplica.JsonAsync(all))["siblings"]!.AsArray().Single()!;
        Assert.Equal(("base64", "/w=="), ((string?)sibling["encoding"], (string?)sibling["value"]));
    }

    [Theory]
    [InlineData(true, "storage-full", 507)]
    [InlineData(false, "storage-unavailable", 503)]
    public async Task Put_WhenStorageFails_SaysSoAndChangesNothing(bool isFull, string name, int status)
    {
        await using var replica = await TestReplica.StartAsync();
        replica.Node.AppendFailure = new StorageUnavailableException("The data folder is out of order.", isFull);
        using var failed = await replica.Client.PutAsync("/kv/x", new StringContent("1"));
        await TestReplica.ProblemAsync(failed, name);
        Assert.Equal(status, (int)failed.StatusCode);
        replica.Node.AppendFailure = null;
        using var missing = await replica.Client.GetAsync("/kv/x");
        await TestReplica.ProblemAsync(missing, "no-such-key");
    }

    [Fact]
    public async Task Put_EncodedOrPartialBody_IsRefused()
    {
        await using var replica = await TestReplica.StartAsync();
        using var encoded = new StringContent("1");
        encoded.Headers.ContentEncoding.Add("gzip");
        using var first = await replica.Client.PutAsync("/kv/x", encoded);
        await TestReplica.ProblemAsync(first, "unsupported-content-encoding");
        using var partial = new StringContent("1");
        partial.Headers.ContentRange = new ContentRangeHeaderValue(0, 0, 2);
        using var second = await replica.Client.PutAsync("/kv/x", partial);
        await TestReplica.ProblemAsync(second, "bad-request");
    }

    [Fact]
    public async Task Put_MoreThanTheLimitAtOnce_Is503()
    {
        await using var replica = await TestReplica.StartAsync(null, ("Limits:Writes", "2"));
        var paused = replica.Node.Pause();
        var writes = Enumerable.Range(0, 3).Select(n => replica.Client.PutAsync($"/kv/{n}", new StringContent("1"))).ToList();
        var first = await Task.WhenAny(writes);
        writes.Remove(first);
        using var refused = await first;
        await TestReplica.ProblemAsync(refused, "overloaded");
        Assert.NotNull(refused.Headers.RetryAfter);
        paused.Dispose();
        Assert.All(await Task.WhenAll(writes), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
    }

    [Fact]
    public async Task Write_CarriesTheTraceOfTheRequest()
    {
        await using var replica = await TestReplica.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, "/kv/x") { Content = new StringContent("1") };
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using var response = await replica.Client.SendAsync(request);
        var update = await replica.Node.FindUpdateAsync(new Dot(1, 2), default);
        Assert.NotNull(update?.Trace);
    }

    [Fact]
    public async Task Get_EmitsAReadEvent()
    {
        await using var replica = await TestReplica.StartAsync();
        var dot = replica.Node.Write("x", "1");
        await replica.Client.GetStringAsync("/kv/x");
        var (_, events) = await replica.Node.Events.ReadAsync(0, new StampedEvent[100], default);
        var read = Assert.Single(events, one => one.Event.Kind == ReplicaEventKind.Read).Event;
        Assert.Equal(("x", (Dot?)dot), (read.Key, read.Dot));
    }

    [Fact]
    public async Task Find_AsksEveryMember()
    {
        await using var second = await TestReplica.StartAsync(new TestNode());
        await using var first = await TestReplica.StartAsync();
        var sponsor = first.Node;
        sponsor.Step(new JoinRequest(new object(), TestNode.Admission(2, second.Address.ToString())));
        sponsor.Write("x/y", "old");
        second.Node.Join(2, sponsor);
        sponsor.Write("x/y", "new");
        sponsor.Step(new JoinRequest(new object(), TestNode.Admission(3, "http://127.0.0.1:1")));

        using var response = await first.Client.GetAsync("/kv/x%2Fy/replicas");
        var view = await TestReplica.JsonAsync(response);
        Assert.Equal("x/y", (string?)view["key"]);
        var replicas = view["replicas"]!.AsArray();
        Assert.Equal([1, 2, 3], replicas.Select(one => (int)one!["replica"]!));
        Assert.Equal(["present", "present", "unreachable"], replicas.Select(one => (string?)one!["state"]));
        Assert.Equal(["1#4", "1#3", null], replicas.Select(one => (string?)one!["dot"]));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes("new"))), (string?)replicas[0]!["digest"]);
        using var absent = await first.Client.GetAsync("/kv/other/replicas");
        Assert.Equal(["absent", "absent", "unreachable"], (await TestReplica.JsonAsync(absent))["replicas"]!.AsArray().Select(one => (string?)one!["state"]));
    }
}
