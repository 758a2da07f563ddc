using Microsoft.Extensions.DependencyInjection;
using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Lessons;
using ReplicatedDs.Dashboard.Lessons.Catalog;
using ReplicatedDs.Dashboard.Scenario;
using ReplicatedDs.Dashboard.Tests.StandIn;

namespace ReplicatedDs.Dashboard.Tests.Lessons;

public sealed class LessonStageTests : IAsyncLifetime
{
    private readonly Guid _viewer = Guid.NewGuid();
    private StandInCluster _cluster = null!;
    private RunningDashboard _dashboard = null!;

    private LessonStage Stage => _dashboard.Services.GetRequiredService<LessonStage>();

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

    public static TheoryData<string> Lessons => [.. LessonCatalog.All.Select(lesson => lesson.Id)];

    [Theory]
    [MemberData(nameof(Lessons))]
    public async Task Lesson_PlayedTwice_ProvesEverySentenceAndLeavesNothingBehind(string id)
    {
        var lesson = LessonCatalog.Find(id)!;
        for (var run = 0; run < 2; run++)
        {
            await StartAsync(lesson);
            for (var step = 1; step < lesson.Steps.Count; step++)
            {
                await FramesAsync(step);
                Stage.Next(_viewer);
            }

            await PhaseAsync(LessonPhase.Done);
            Assert.Equal(lesson.Steps.Count, Stage.Current.Frames.Count);
            Assert.All(Stage.Current.Frames, frame => Assert.True(frame.IsComplete));
            Assert.All(Stage.Current.Frames, frame => Assert.NotEmpty(frame.Claims));
            Assert.All(Stage.Current.Frames.SelectMany(frame => frame.Claims), claim => Assert.True(claim.Truth, claim.Text));
            Assert.All(Stage.Current.Frames.SelectMany(frame => frame.Claims), claim => Assert.NotNull(claim.Evidence));
            AssertNothingIsHeld();
            await Stage.LeaveAsync(_viewer);
            await _dashboard.UntilAsync(view => view.Members.Count() == 3 && view.Members.All(replica => replica.Keys == 0), "the keys are removed, and who joined has left");
        }
    }

    [Theory]
    [MemberData(nameof(Lessons))]
    public async Task Viewer_LeavesAtAnyStep_NothingIsBroken(string id)
    {
        var lesson = LessonCatalog.Find(id)!;
        for (var leaveAfter = 1; leaveAfter <= lesson.Steps.Count; leaveAfter++)
        {
            await StartAsync(lesson);
            await PlayToAsync(leaveAfter);
            await Stage.LeaveAsync(_viewer);
            AssertNothingIsHeld();
            Assert.Equal(LessonPhase.Idle, Stage.Current.Phase);
            await _dashboard.UntilAsync(view => view.Members.Count() == 3 && view.Members.All(replica => replica.Keys == 0), $"the keys of step {leaveAfter} are removed");
        }
    }

    [Fact]
    public async Task Frames_OfEarlierSteps_StayAsTheyWereRecorded()
    {
        await StartAsync(SiblingsLesson.Lesson);
        await PlayToAsync(2);
        var second = Stage.Current.Frames[1];
        Stage.Next(_viewer);
        await FramesAsync(3);
        Stage.Next(_viewer);
        await FramesAsync(4);
        Assert.Same(second, Stage.Current.Frames[1]);
        Assert.Equal(["milk"], second.Answers.Single(answer => answer.Replica == 1).Values);
        Assert.Equal(["milk", "eggs"], Stage.Current.Frames[3].Answers.Single(answer => answer.Replica == 1).Values.OrderByDescending(value => value, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Dashboard_EndsInTheMiddle_TheLinksAreHealed()
    {
        await StartAsync(PartitionLesson.Lesson);
        await FramesAsync(1);
        Assert.Equal("hold", _cluster.Replica(1).Link(2).Mode);
        Assert.Equal("hold", _cluster.Replica(3).Link(1).Mode);
        await Stage.StopAsync(CancellationToken.None);
        AssertNothingIsHeld();
    }

    [Fact]
    public async Task Explore_InTheMiddle_LeavesEverythingAsItIs()
    {
        await StartAsync(SiblingsLesson.Lesson);
        await PlayToAsync(2);
        await Stage.ExploreAsync(_viewer);
        Assert.Equal(LessonPhase.Idle, Stage.Current.Phase);
        Assert.Equal("hold", _cluster.Replica(1).Link(2).Mode);
        await Deadline.UntilAsync(() => Stage.Start(_viewer, SiblingsLesson.Lesson).Text, text => text == "Link r1→r2 is held: somebody else's fault would spoil the picture.", "its links are somebody's now");
        await _dashboard.UntilAsync(view => view.Members.Single(member => member.Id == 1).Keys > 0, "its keys are there");
    }

    [Fact]
    public async Task SecondViewer_WatchesAndCanChangeNothing()
    {
        await StartAsync(SiblingsLesson.Lesson);
        await FramesAsync(1);
        var other = Guid.NewGuid();
        Assert.False(Stage.Start(other, PartitionLesson.Lesson).IsDone);
        Stage.Next(other);
        await Stage.LeaveAsync(other);
        await Stage.ExploreAsync(other);
        Assert.Equal(LessonPhase.Ready, Stage.Current.Phase);
        Assert.Single(Stage.Current.Frames);
        Assert.Equal("hold", _cluster.Replica(1).Link(2).Mode);
        Assert.Equal("Scenario 2 runs for another viewer: it has to end first.", Stage.Start(other, ViolationLesson.Lesson).Text);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Replica_DiesInTheMiddle_IsSaidAndTheLinksAreHealed(int id)
    {
        await StartAsync(SiblingsLesson.Lesson);
        await FramesAsync(1);
        Assert.True((await _dashboard.Services.GetRequiredService<ProcessActions>().KillAsync(_dashboard.View.Find($"replica-{id}")!)).IsDone);
        await PhaseAsync(LessonPhase.Failed);
        Assert.Contains($"r{id}", Stage.Current.Ending, StringComparison.Ordinal);
        AssertNothingIsHeld();
        Assert.Equal(ScenarioRemedy.Restart, Stage.Obstacle(SiblingsLesson.Lesson)!.Remedy);
    }

    [Fact]
    public async Task Links_HealedBySomebodyElse_IsSaid()
    {
        await StartAsync(SiblingsLesson.Lesson);
        await FramesAsync(1);
        Assert.True((await Links.HealAllAsync()).IsDone);
        await PhaseAsync(LessonPhase.Failed);
        Assert.Contains("Somebody else healed link", Stage.Current.Ending, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Violation_LinkHealedBySomebodyElse_CountsAsReleased()
    {
        await StartAsync(ViolationLesson.Lesson);
        await FramesAsync(1);
        var buffered = Assert.Single(Stage.Current.Frames[0].Arrivals(3, "demo:x", "demo:y"), one => one.Kind == "Buffer");
        Assert.Equal(["1#1"], buffered.Missing);
        Assert.True((await Links.HealAllAsync()).IsDone);
        await PhaseAsync(LessonPhase.Done);
    }

    [Fact]
    public async Task Sentence_ThatIsNotTrue_EndsTheRunAndSaysWhich()
    {
        var lesson = SiblingsLesson.Lesson with
        {
            Steps = [new("Wrong", "", async run =>
            {
                await run.HoldAsync(run[0], run[1]);
                await run.ReadsAsync(run[2], "demo:list", "what nobody wrote");
            })],
        };
        await StartAsync(lesson);
        await PhaseAsync(LessonPhase.Failed);
        Assert.Contains("not borne out: \"A reader at r3 sees “what nobody wrote” for demo:list\"", Stage.Current.Ending, StringComparison.Ordinal);
        Assert.False(Stage.Current.Frames[^1].Claims[^1].Truth);
        AssertNothingIsHeld();
    }

    [Fact]
    public async Task Joiner_NoSpareIsLeft_OffersToLetOneLeave()
    {
        Assert.True((await _dashboard.Services.GetRequiredService<ProcessActions>().JoinAsync()).IsDone);
        await _dashboard.UntilAsync(view => view.Members.Count(member => member.IsLive) == 4, "four replicas answer");
        var obstacle = Stage.Obstacle(LateJoinerLesson.Lesson)!;
        Assert.Equal(ScenarioRemedy.Leave, obstacle.Remedy);
        Assert.Equal("No spare is left that could join. If r4 leaves, its slot is one.", obstacle.Text);
    }

    private async Task StartAsync(Lesson lesson)
    {
        await _dashboard.UntilAsync(_ => Stage.Obstacle(lesson) is null, "nothing is in the way");
        var outcome = await Deadline.UntilAsync(() => Stage.Start(_viewer, lesson), outcome => outcome.IsDone, "the lesson starts");
        Assert.True(outcome.IsDone, outcome.Text);
    }

    private async Task PlayToAsync(int steps)
    {
        for (var step = 1; step < steps; step++)
        {
            await FramesAsync(step);
            Stage.Next(_viewer);
        }

        await FramesAsync(steps);
    }

    /// <summary>So many steps are over.</summary>
    private Task<LessonPicture> FramesAsync(int steps) => Deadline.UntilAsync(
        () => Stage.Current,
        picture => picture.Phase == LessonPhase.Failed
            ? throw new InvalidOperationException(picture.Ending)
            : picture.Frames.Count == steps && picture.Phase is LessonPhase.Ready or LessonPhase.Done,
        $"step {steps} is over");

    private void AssertNothingIsHeld() =>
        Assert.All(_cluster.Replicas.Where(replica => replica.Id is not null), replica => Assert.All(_cluster.Replicas.Where(other => other.Id is not null), other => Assert.Equal("ok", replica.Link(other.Id!.Value).Mode)));

    private Task<LessonPicture> PhaseAsync(LessonPhase phase) => Deadline.UntilAsync(() => Stage.Current, picture => picture.Phase == phase, phase.ToString());
}
