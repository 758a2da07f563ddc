using System.Net.WebSockets;
using ReplicatedDs.Dashboard.Tests.StandIn;

namespace ReplicatedDs.Dashboard.Tests.Hubs;

public sealed class ClusterHubTests : IAsyncLifetime
{
    private StandInCluster _cluster = null!;
    private RunningDashboard _dashboard = null!;

    public async Task InitializeAsync()
    {
        _cluster = await StandInCluster.StartAsync();
        _dashboard = await RunningDashboard.StartAsync(_cluster);
        await _dashboard.UntilAsync(view => view.Replicas.Count(replica => replica.IsLive) == 3, "three replicas answer");
    }

    public async Task DisposeAsync()
    {
        await _dashboard.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Connect_WithoutTheCookie_IsRefused() =>
        await Assert.ThrowsAsync<WebSocketException>(() => HubClient.ConnectAsync(_dashboard));

    [Fact]
    public async Task Connect_SignedIn_GetsThePictureAtOnceAndEveryChange()
    {
        await _dashboard.SignInAsync();
        await using var viewer = await HubClient.ConnectAsync(_dashboard);
        var first = await viewer.UntilAsync("view", _ => true);
        Assert.Equal(4, first.GetProperty("replicas").GetArrayLength());

        _cluster.Replica(1).Link(3).Mode = "hold";
        _cluster.Replica(1).Write("x", [1], "text/plain");
        _cluster.Replica(2).Write("y", [2], "text/plain");
        // What waits and what every replica has come by two ways: a picture may have one before the other.
        var waiting = await viewer.UntilAsync(
            "view", view => view.GetProperty("pending").GetInt64() == 1 && view.GetProperty("replicas")[2].GetProperty("behind").GetInt64() == 2);
        var pending = waiting.GetProperty("replicas")[2].GetProperty("pending")[0];
        Assert.Equal("2#1", pending.GetProperty("dot").GetString());
        Assert.Equal("1#1", pending.GetProperty("missing")[0].GetString());
    }

    [Fact]
    public async Task Connect_SignedIn_GetsEventsInTheCollectorsOrder()
    {
        await _dashboard.SignInAsync();
        await using var viewer = await HubClient.ConnectAsync(_dashboard);
        _cluster.Replica(1).Write("x", [1], "text/plain");
        var last = 0L;
        var applied = 0;
        while (applied < 2)
        {
            var batch = await viewer.UntilAsync("events", _ => true);
            Assert.Equal(0, batch.GetProperty("lost").GetInt64());
            foreach (var item in batch.GetProperty("events").EnumerateArray())
            {
                Assert.Equal(last + 1, item.GetProperty("n").GetInt64());
                last++;
                applied += item.GetProperty("kind").GetString() == "Apply" ? 1 : 0;
            }
        }
    }

    [Fact]
    public async Task Connect_AfterManyEvents_GetsTheNewestOnly()
    {
        for (var i = 0; i < 700; i++)
        {
            _cluster.Replica(1).Write("x", [1], "text/plain");
        }

        var log = (ReplicatedDs.Dashboard.Collector.EventLog)_dashboard.Services.GetService(typeof(ReplicatedDs.Dashboard.Collector.EventLog))!;
        await Deadline.UntilAsync(() => log.Last, last => last == 700 * 5, "all events are in the log");
        await _dashboard.SignInAsync();
        await using var viewer = await HubClient.ConnectAsync(_dashboard);
        var batch = await viewer.UntilAsync("events", _ => true);
        Assert.Equal(100, batch.GetProperty("events").GetArrayLength());
        Assert.Equal(700 * 5 - 99, batch.GetProperty("events")[0].GetProperty("n").GetInt64());
    }
}
