using Microsoft.Extensions.DependencyInjection;
using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Scenario;
using ReplicatedDs.Dashboard.Tests.StandIn;

namespace ReplicatedDs.Dashboard.Tests.Scenario;

public sealed class ScenarioStageTests : IAsyncLifetime
{
    private readonly Guid _viewer = Guid.NewGuid();
    private StandInCluster _cluster = null!;
    private RunningDashboard _dashboard = null!;

    private ScenarioStage Stage => _dashboard.Services.GetRequiredService<ScenarioStage>();

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
    public async Task Run_Released_ProvesEverySentenceAndLeavesNothingBehind()
    {
        await StartAsync();
        Assert.Equal("hold", _cluster.Replica(1).Link(3).Mode);
        Assert.Equal(["1#1"], Stage.Current.Arrivals.Single(entry => entry.Kind == "Buffer").Missing);
        Stage.Release(_viewer);
        await PhaseAsync(ScenarioPhase.Done);
        Assert.All(Stage.Current.Claims, claim => Assert.True(claim.Truth, claim.Text));
        Assert.All(Stage.Current.Claims, claim => Assert.StartsWith("event ", claim.Evidence!, StringComparison.Ordinal));
        Assert.Equal("ok", _cluster.Replica(1).Link(3).Mode);

        // Again, on the keys that the first run has used.
        await StartAsync();
        Stage.Release(_viewer);
        await PhaseAsync(ScenarioPhase.Done);
        await Stage.LeaveAsync(_viewer);
        Assert.Equal(ScenarioPhase.Idle, Stage.Current.Phase);
        await _dashboard.UntilAsync(view => view.Members.All(replica => replica.Keys == 0), "the keys are removed");
    }

    [Fact]
    public async Task Viewer_LeavesInTheMiddle_TheLinkIsHealed()
    {
        await StartAsync();
        await Stage.LeaveAsync(_viewer);
        Assert.Equal("ok", _cluster.Replica(1).Link(3).Mode);
        Assert.Equal(ScenarioPhase.Idle, Stage.Current.Phase);
    }

    [Fact]
    public async Task Dashboard_EndsInTheMiddle_TheLinkIsHealed()
    {
        await StartAsync();
        await Stage.StopAsync(CancellationToken.None);
        Assert.Equal("ok", _cluster.Replica(1).Link(3).Mode);
    }

    [Fact]
    public async Task SecondViewer_StartsAtTheSameTime_WatchesAndCanChangeNothing()
    {
        await StartAsync();
        var other = Guid.NewGuid();
        Assert.Equal("Another viewer runs the scenario; you are watching it.", Stage.Start(other).Text);
        Stage.Release(other);
        await Stage.LeaveAsync(other);
        Assert.Equal(ScenarioPhase.Waiting, Stage.Current.Phase);
        Assert.Equal("hold", _cluster.Replica(1).Link(3).Mode);
        Stage.Release(_viewer);
        await PhaseAsync(ScenarioPhase.Done);

        // The picture of the cluster may lag behind: in it the link is still held.
        await Deadline.UntilAsync(() => Stage.Start(other), outcome => outcome.IsDone, "the next run starts");
        await PhaseAsync(ScenarioPhase.Waiting);
        Assert.Equal(other, Stage.Current.Owner);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Replica_DiesInTheMiddle_IsSaidAndTheLinkIsHealed(int id)
    {
        await StartAsync();
        Assert.True((await _dashboard.Services.GetRequiredService<ProcessActions>().KillAsync(_dashboard.View.Find($"replica-{id}")!)).IsDone);
        await PhaseAsync(ScenarioPhase.Failed);
        Assert.Contains($"r{id}", Stage.Current.Ending, StringComparison.Ordinal);
        Assert.Contains("healed", Stage.Current.Ending, StringComparison.Ordinal);
        Assert.Equal("ok", _cluster.Replicas[0].Link(3).Mode);
        Assert.StartsWith("It needs 3 replicas that run, and there are 2.", Stage.Start(_viewer).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForeignFault_IsThereBefore_RefusesAndOffersToHeal()
    {
        Assert.True((await Links.HoldAsync(_dashboard.View.Find("replica-2")!, 1)).IsDone);
        await _dashboard.UntilAsync(view => view.Faults.Count == 1, "the fault is seen");
        Assert.Equal("Link r2→r1 is held: somebody else's fault would spoil the picture.", Stage.Start(_viewer).Text);
        Assert.Equal(ScenarioRemedy.HealAll, ScenarioRules.Obstacle(_dashboard.View, Links)!.Remedy);
    }

    [Fact]
    public async Task Link_HealedBySomebodyElse_CountsAsReleased()
    {
        await StartAsync();
        Assert.True((await Links.HealAllAsync()).IsDone);
        await PhaseAsync(ScenarioPhase.Done);
    }

    private async Task StartAsync()
    {
        await _dashboard.UntilAsync(view => ScenarioRules.Obstacle(view, Links) is null, "nothing is in the way");
        Assert.True(Stage.Start(_viewer).IsDone);
        await PhaseAsync(ScenarioPhase.Waiting);
    }

    private Task<ScenarioPicture> PhaseAsync(ScenarioPhase phase) => Deadline.UntilAsync(() => Stage.Current, picture => picture.Phase == phase, phase.ToString());
}
