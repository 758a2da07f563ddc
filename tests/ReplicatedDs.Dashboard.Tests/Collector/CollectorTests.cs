using Microsoft.Extensions.DependencyInjection;
using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Tests.StandIn;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Tests.Collector;

public sealed class CollectorTests : IAsyncLifetime
{
    private StandInCluster _cluster = null!;
    private RunningDashboard _dashboard = null!;

    private EventLog Log => _dashboard.Services.GetRequiredService<EventLog>();

    private ProcessActions Processes => _dashboard.Services.GetRequiredService<ProcessActions>();

    private LinkActions Links => _dashboard.Services.GetRequiredService<LinkActions>();

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
    public async Task Kill_ThenRestart_IsSeenAndTheFeedGoesOnFromTheNewNumbering()
    {
        _cluster.Replica(2).Write("x", [1], "text/plain");
        await _dashboard.UntilAsync(view => view.Find("replica-2")!.Clock!.GetValueOrDefault(2) == 1, "the write is in the clock");
        await UntilEventAsync("Write", 2);
        Assert.True((await Processes.KillAsync(Replica(2))).IsDone);
        Assert.Equal(ReplicaStates.Killed, Replica(2).State);
        Assert.Equal(1, Replica(2).Clock![2]);
        Assert.NotNull(Replica(2).StaleSince);
        await UntilEventAsync("Kill", 2);

        Assert.True((await Processes.StartAsync(Replica(2))).IsDone);
        Assert.Equal(ReplicaStates.Running, Replica(2).State);
        await UntilEventAsync("Restart", 2);
        _cluster.Replica(2).Write("x", [2], "text/plain");
        await Deadline.UntilAsync(() => Events("Write", 2), count => count == 2, "the write after the restart is in the log");
        Assert.Equal(1, Events("Restart", 2));
    }

    [Fact]
    public async Task Stop_IsNoKill()
    {
        var outcome = await Processes.StopAsync(Replica(3));
        Assert.Equal("r3 is stopped: process 4244 is gone.", outcome.Text);
        Assert.True(outcome is { IsDone: true, IsHarm: true });
        Assert.Equal(ReplicaStates.Stopped, Replica(3).State);
        Assert.Equal(0, Events("Kill", 3));
    }

    [Fact]
    public async Task Death_NotAskedForHere_IsShownAsDown()
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", StandInCluster.ControlToken);
        using var response = await http.PostAsync(new Uri(_cluster.Control, "/resources/replica-1/crash"), null);
        response.EnsureSuccessStatusCode();
        await _dashboard.UntilAsync(view => view.Find("replica-1")!.State == ReplicaStates.Down, "replica-1 is down");
        await UntilEventAsync("Kill", 1);
    }

    [Fact]
    public async Task Join_ThenLeave_AreReportedWhenReached()
    {
        var joined = await Processes.JoinAsync();
        Assert.Equal("replica-4 joined as r4 and answers.", joined.Text);
        var none = await Processes.JoinAsync();
        Assert.False(none.IsDone);
        Assert.Contains("No spare replica is left", none.Text, StringComparison.Ordinal);

        var left = await Processes.LeaveAsync(Replica(4));
        Assert.Equal("r4 has left; replica-4 is a spare again.", left.Text);
        Assert.True(_dashboard.View.Find("replica-4")!.IsSpare);
        Assert.Null(_dashboard.View.Find("replica-4")!.Clock);
    }

    [Fact]
    public async Task Link_HeldReleasedHealed_IsReportedAsTheReplicaSaysIt()
    {
        Assert.True((await Links.HoldAsync(Replica(1), 3)).IsDone);
        _cluster.Replica(1).Write("x", [1], "text/plain");
        _cluster.Replica(1).Write("x", [2], "text/plain");
        await _dashboard.UntilAsync(view => view.Links.Any(link => link is { From: 1, To: 3, Mode: "hold", Queued: 2 }), "two updates are queued");
        var released = await Links.ReleaseAsync(Replica(1), 3, 1);
        Assert.Equal("One update went through link r1→r3; 1 queued, the link is still held.", released.Text);
        Assert.True((await Links.HealAllAsync()).IsDone);
        await _dashboard.UntilAsync(view => view.Faults.Count == 0 && view.Find("replica-3")!.Clock!.GetValueOrDefault(1) == 2, "everything arrived");
    }

    [Fact]
    public async Task Feed_OfABusyReplica_IsBrief_AndCompleteAgainAfterwards()
    {
        var store = _dashboard.Services.GetRequiredService<ClusterStore>();
        var writes = 0L;
        bool IsBriefAfter(int more)
        {
            for (var i = 0; i < more; i++, writes++)
            {
                _cluster.Replica(1).Write("x", [1], "text/plain");
            }

            return store.Slot("replica-1").Detail.IsBrief;
        }

        await Deadline.UntilAsync(() => IsBriefAfter(400), isBrief => isBrief, "the feed of a busy replica is brief", 60);
        await Deadline.UntilAsync(() => IsBriefAfter(0), isBrief => !isBrief, "the feed of a calm replica is complete, though nothing more happens", 60);

        // No write was lost by changing over.
        await Deadline.UntilAsync(() => Log.ReadAfter(0, int.MaxValue).Events.Where(item => item is { Kind: "Write", Replica: 1 }).Select(item => item.Dot).LastOrDefault(), dot => dot == $"1#{writes}", "the last write is in the log");
        var seen = Log.ReadAfter(0, int.MaxValue).Events.Where(item => item is { Kind: "Write", Replica: 1 }).Select(item => long.Parse(item.Dot![2..], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(seen[^1] - seen[0] + 1, seen.Count);
    }

    [Fact]
    public async Task ControlApi_Closed_LeavesThePictureAndSaysSince()
    {
        await _cluster.EndControlAsync();
        var view = await _dashboard.UntilAsync(view => view.Control is { IsReachable: false, LostSince: not null }, "the control API is lost");
        Assert.Equal(3, view.Members.Count());
        var refused = await Processes.KillAsync(Replica(1));
        Assert.False(refused.IsDone);

        // The replicas are still watched.
        _cluster.Replica(1).Write("x", [1], "text/plain");
        await _dashboard.UntilAsync(seen => seen.Find("replica-3")!.Clock!.GetValueOrDefault(1) == 1, "replica-3 has the write");
        await _cluster.StartControlAsync();
        await _dashboard.UntilAsync(seen => seen.Control.IsReachable, "the control API is back");
    }

    [Fact]
    public async Task AllReplicas_Dead_LeavesTheLastPictureMarkedStale()
    {
        _cluster.Replica(1).Write("x", [1], "text/plain");
        await _dashboard.UntilAsync(view => view.Replicas.Count(replica => replica.Clock?.GetValueOrDefault(1) == 1) == 3, "the write is everywhere");
        foreach (var replica in _dashboard.View.Members.ToList())
        {
            Assert.True((await Processes.KillAsync(replica)).IsDone);
        }

        var view = _dashboard.View;
        Assert.Equal(3, view.Members.Count(replica => replica is { State: ReplicaStates.Killed, StaleSince: not null }));
        Assert.All(view.Members, replica => Assert.Equal(1, replica.Clock![1]));
    }

    [Fact]
    public async Task Session_WriteThenRead_CarriesTheClockOfItsToken()
    {
        var keys = _dashboard.Services.GetRequiredService<KeyActions>();
        var session = new CausalSession();
        var write = await keys.WriteAsync(Replica(1), "a key/with ümlaut", "väl", session);
        Assert.Equal("1#1", write.Dot);
        Assert.Equal(1, session.Clock[1]);
        await _dashboard.UntilAsync(view => view.Find("replica-2")!.Clock!.GetValueOrDefault(1) == 1, "replica-2 has the write");
        var read = await keys.ReadAsync(Replica(2), "a key/with ümlaut", session);
        Assert.Equal(("väl", "1#1"), (read.Value, read.Dot));
        var absent = await keys.ReadAsync(Replica(2), "other", session);
        Assert.Equal("r2 shows nothing for other.", absent.Outcome.Text);
        session.Reset();
        Assert.Null(session.Token);
        Assert.Empty(session.Clock);
    }

    [Theory]
    [InlineData("", "Enter a key first.")]
    [InlineData("..", "cannot be a key")]
    [InlineData(null, "longer than 1024 bytes")]
    public async Task Write_BadKey_IsRefusedWithASentence(string? key, string words)
    {
        var keys = _dashboard.Services.GetRequiredService<KeyActions>();
        var write = await keys.WriteAsync(Replica(1), key ?? new string('ü', 600), "1", null);
        Assert.False(write.Outcome.IsDone);
        Assert.Contains(words, write.Outcome.Text, StringComparison.Ordinal);
    }

    private ReplicaPicture Replica(int id) => _dashboard.View.Members.First(replica => replica.Id == id);

    private int Events(string kind, int replica) => Log.ReadAfter(0, 10_000).Events.Count(item => item.Kind == kind && item.Replica == replica);

    private Task<int> UntilEventAsync(string kind, int replica) => Deadline.UntilAsync(() => Events(kind, replica), count => count > 0, $"{kind} of r{replica} is in the log");
}
