using Microsoft.Extensions.DependencyInjection;
using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Lessons;
using ReplicatedDs.Dashboard.Lessons.Catalog;
using ReplicatedDs.Dashboard.Tests.StandIn;

namespace ReplicatedDs.Dashboard.Tests.Access;

/// <summary>A dashboard that only observes: every action is refused where it is carried out, whatever a page sends.</summary>
public sealed class ObserveModeTests : IAsyncLifetime
{
    private StandInCluster _cluster = null!;
    private RunningDashboard _dashboard = null!;

    public async Task InitializeAsync()
    {
        _cluster = await StandInCluster.StartAsync();
        _dashboard = await RunningDashboard.StartAsync(_cluster, "--Dashboard:Act", "false");
        await _dashboard.UntilAsync(view => view.Replicas.Count(replica => replica.IsLive) == 3, "three replicas answer");
    }

    public async Task DisposeAsync()
    {
        await _dashboard.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task EveryAction_IsRefusedWithTheReason()
    {
        var (keys, links, processes) = (Get<KeyActions>(), Get<LinkActions>(), Get<ProcessActions>());
        var replica = _dashboard.View.Find("replica-1")!;
        var outcomes = new[]
        {
            (await keys.WriteAsync(replica, "x", "1", null)).Outcome,
            await keys.DeleteAsync(replica, "x", null),
            await links.HoldAsync(replica, 2),
            await links.HealAsync(replica, 2),
            await links.ReleaseAsync(replica, 2, 1),
            await links.HealAllAsync(),
            await links.PartitionAsync([1]),
            await processes.KillAsync(replica),
            await processes.StopAsync(replica),
            await processes.StartAsync(replica),
            await processes.JoinAsync(),
            await processes.LeaveAsync(replica),
            Get<LessonStage>().Start(Guid.NewGuid(), ViolationLesson.Lesson),
            Get<LessonStage>().Start(Guid.NewGuid(), SiblingsLesson.Lesson),
        };
        Assert.All(outcomes, outcome => Assert.False(outcome.IsDone));
        Assert.All(outcomes, outcome => Assert.Contains("only observes: it was started with Dashboard:Act=false", outcome.Text, StringComparison.Ordinal));
        Assert.Equal(3, _cluster.Replicas.Count(seen => seen.IsUp));
        Assert.Equal("ok", _cluster.Replica(1).Link(2).Mode);
        Assert.Empty(_dashboard.View.Faults);
        Assert.True((await keys.ReadAsync(replica, "x", null)).Outcome.IsDone);
    }

    private T Get<T>()
        where T : notnull => _dashboard.Services.GetRequiredService<T>();
}
