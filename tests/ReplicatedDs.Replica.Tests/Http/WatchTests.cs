using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Nodes;
using ReplicatedDs.Causality.Core;

namespace ReplicatedDs.Replica.Tests.Http;

/// <summary>The change feed: complete across reconnects and replicas, one causal cut per id.</summary>
public class WatchTests
{
    [Fact]
    public async Task Watch_OfAPrefix_TellsEveryChangeOfItWithItsValue()
    {
        await using var replica = await TestReplica.StartAsync();
        await using var watch = await Watcher.OpenAsync(replica, "/watch?prefix=a");
        replica.Node.Write("a", "1");
        replica.Node.Write("b", "1");
        Assert.Equal(("a", "register", "1", "1#2", false), Shape(await watch.NextAsync()));
        using (await replica.Client.DeleteAsync("/kv/a"))
        {
        }

        Assert.Equal(("a", "absent", null, "1#4", true), Shape(await watch.NextAsync()));
        using (await replica.Client.PostAsync("/kv/an/increment", Json("""{"by":7}""")))
        {
        }

        Assert.Equal(("an", "counter", "7", "1#5", false), Shape(await watch.NextAsync()));
        using (await replica.Client.PostAsync("/kv/as/members", Json("""{"member":"m"}""")))
        {
        }

        Assert.Equal(("as", "set", """["m"]""", "1#6", false), Shape(await watch.NextAsync()));
    }

    [Fact]
    public async Task Watch_OfATransaction_GivesAnIdOnlyWithItsLastChange()
    {
        await using var replica = await TestReplica.StartAsync();
        await using var watch = await Watcher.OpenAsync(replica, "/watch");
        using (await replica.Client.PostAsync("/transactions", Json("""{"operations":[{"set":{"key":"x","value":"1"}},{"set":{"key":"y","value":"2"}},{"delete":{"key":"z"}}]}""")))
        {
        }

        var told = new[] { await watch.NextAsync(), await watch.NextAsync(), await watch.NextAsync() };
        Assert.Equal(["x", "y", "z"], told.Select(one => (string?)JsonNode.Parse(one.Data)!["key"]));
        Assert.Equal([true, true, false], told.Select(one => string.IsNullOrEmpty(one.EventId)));
    }

    [Fact]
    public async Task Watch_ThatResumes_IsToldExactlyWhatCameAfter()
    {
        await using var replica = await TestReplica.StartAsync();
        string id;
        await using (var watch = await Watcher.OpenAsync(replica, "/watch"))
        {
            replica.Node.Write("x", "1");
            id = (await watch.NextAsync()).EventId!;
        }

        replica.Node.Write("y", "2");
        replica.Node.Write("x", "3");
        using (await replica.Client.DeleteAsync("/kv/y"))
        {
        }

        foreach (var target in new[] { "/watch", $"/watch?after={id}" })
        {
            await using var again = await Watcher.OpenAsync(replica, target, target == "/watch" ? id : null);
            var changes = new[] { Shape(await again.NextAsync()), Shape(await again.NextAsync()) };
            Assert.Equal([("x", "register", "3", "1#4", false), ("y", "absent", null, "1#5", true)], changes.OrderBy(one => one.Item1));
            replica.Node.Write("z", "4");
            Assert.Equal("z", Shape(await again.NextAsync()).Item1);
        }
    }

    [Fact]
    public async Task Watch_ThatGoesOnAtAnotherReplica_WaitsForItAndMissesNothing()
    {
        var one = TestNode.Founded();
        one.Step(new JoinRequest(new object(), TestNode.Admission(2, "http://127.0.0.1:1")));
        var two = new TestNode();
        two.Join(2, one);
        await using var first = await TestReplica.StartAsync(one);
        await using var second = await TestReplica.StartAsync(two);
        string id;
        await using (var watch = await Watcher.OpenAsync(first, "/watch"))
        {
            one.Write("x", "1");
            id = (await watch.NextAsync()).EventId!;
        }

        var opening = Watcher.OpenAsync(second, "/watch", id);
        one.Write("y", "2");
        Assert.False(opening.IsCompleted);
        one.SendTo(two);
        await using var moved = await opening;
        Assert.Equal(("y", "register", "2", "1#4", false), Shape(await moved.NextAsync()));
        one.Write("z", "3");
        one.SendTo(two);
        Assert.Equal("z", Shape(await moved.NextAsync()).Item1);
    }

    [Fact]
    public async Task Watch_FromBelowTheLogAndWhatIsForgotten_IsResetAndToldEverything()
    {
        await using var replica = await TestReplica.StartAsync();
        string id;
        await using (var watch = await Watcher.OpenAsync(replica, "/watch"))
        {
            replica.Node.Write("x", "1");
            id = (await watch.NextAsync()).EventId!;
        }

        replica.Node.Write("y", "2");
        await Eventually.TrueAsync(
            () =>
            {
                replica.Node.Step();
                return replica.Node.InspectAsync(core => core.Stable, default).GetAwaiter().GetResult().Covers(replica.Node.State.Delivered);
            },
            () => "The stable vector did not advance.");
        replica.Node.ForgetLog();
        await using var again = await Watcher.OpenAsync(replica, "/watch", id);
        Assert.Equal("reset", (await again.NextAsync()).EventType);
        Assert.Equal(["x", "y"], new[] { Shape(await again.NextAsync()).Item1, Shape(await again.NextAsync()).Item1 });
    }

    [Fact]
    public async Task Watch_UnderLoad_EndsWithTheLastValueOfEveryKey()
    {
        await using var replica = await TestReplica.StartAsync();
        await using var watch = await Watcher.OpenAsync(replica, "/watch");
        var writing = Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                replica.Node.Write($"k{i % 7}", $"{i}");
            }

            replica.Node.Write("end", "1");
        });
        var last = new Dictionary<string, string?>();
        while (!last.ContainsKey("end"))
        {
            var (key, _, value, _, _) = Shape(await watch.NextAsync());
            last[key] = value;
        }

        await writing;
        Assert.Equal(Enumerable.Range(0, 7).ToDictionary(k => $"k{k}", k => (string?)$"{Enumerable.Range(19_993, 7).Single(i => i % 7 == k)}"), last.Where(one => one.Key != "end").ToDictionary());
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("1#2")]
    public async Task Watch_FromWhatIsNoId_Is400(string id)
    {
        await using var replica = await TestReplica.StartAsync();
        using var response = await replica.Client.GetAsync($"/watch?after={Uri.EscapeDataString(id)}");
        await TestReplica.ProblemAsync(response, "bad-token");
    }

    [Fact]
    public async Task Why_OfAKey_NamesItsUpdateItsCausesAndWhoHasIt()
    {
        await using var replica = await TestReplica.StartAsync();
        await Siblings.MakeAsync(replica, "x", "first", "second");
        var why = JsonNode.Parse(await replica.Client.GetStringAsync("/kv/x/why"))!;
        Assert.Equal(("x", "register", "4#1", false), ((string?)why["key"], (string?)why["type"], (string?)why["winner"]!["dot"], (bool?)why["stable"]));
        Assert.Equal(4, (int?)why["winner"]!["origin"]);
        Assert.NotNull(why["winner"]!["dependencies"]!["1"]);
        var other = Assert.Single(why["others"]!.AsArray())!;
        Assert.Equal("3#1", (string?)other["dot"]);
        Assert.Contains("lost to 4#1", (string?)other["outcome"], StringComparison.Ordinal);
        Assert.Equal([(1, true), (2, (bool?)null)], why["appliedBy"]!.AsArray().Select(one => ((int)one!["replica"]!, (bool?)one["applied"])));
        using var none = await replica.Client.GetAsync("/kv/never/why");
        await TestReplica.ProblemAsync(none, "no-such-key");
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static (string, string?, string?, string?, bool?) Shape(SseItem<string> item)
    {
        var entry = JsonNode.Parse(item.Data)!;
        return ((string)entry["key"]!, (string?)entry["type"], (string?)entry["value"], (string?)entry["dot"], (bool?)entry["deleted"]);
    }

    private sealed class Watcher : IAsyncDisposable
    {
        private readonly HttpResponseMessage _response;
        private readonly IAsyncEnumerator<SseItem<string>> _items;
        private readonly CancellationTokenSource _deadline;

        private Watcher(HttpResponseMessage response, IAsyncEnumerator<SseItem<string>> items, CancellationTokenSource deadline) =>
            (_response, _items, _deadline) = (response, items, deadline);

        public static async Task<Watcher> OpenAsync(TestReplica replica, string target, string? id = null)
        {
            var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            using var request = new HttpRequestMessage(HttpMethod.Get, target);
            if (id is not null)
            {
                request.Headers.Add("Last-Event-ID", id);
            }

            var response = await replica.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            Assert.True(response.IsSuccessStatusCode, response.ToString());
            var items = SseParser.Create(await response.Content.ReadAsStreamAsync(deadline.Token)).EnumerateAsync(deadline.Token).GetAsyncEnumerator(deadline.Token);
            return new Watcher(response, items, deadline);
        }

        public async Task<SseItem<string>> NextAsync()
        {
            Assert.True(await _items.MoveNextAsync(), "The feed ended.");
            return _items.Current;
        }

        public async ValueTask DisposeAsync()
        {
            _response.Dispose();
            _deadline.Dispose();
            await ValueTask.CompletedTask;
        }
    }
}
