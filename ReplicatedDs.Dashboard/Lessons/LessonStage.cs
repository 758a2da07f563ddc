using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Lessons.Catalog;
using ReplicatedDs.Dashboard.Scenario;

namespace ReplicatedDs.Dashboard.Lessons;

/// <summary>
/// Where lessons run: one at a time for the whole dashboard, which everybody may watch. However a run ends (done, failed, stopped, its
/// viewer gone, the dashboard ended), the links that it held are healed. All members may be called from any thread.
/// </summary>
internal sealed class LessonStage(LessonTools tools, ILogger<LessonStage> logger) : IHostedService, IDisposable
{
    private readonly Lock _lock = new();
    private LessonPicture _current = LessonPicture.Idle;
    private CancellationTokenSource? _stop;
    private LessonRun? _run;
    private bool _staysAsIs;
    private Task _playing = Task.CompletedTask;

    /// <summary>Pulses when <see cref="Current"/> is another.</summary>
    public ChangeSignal Changed { get; } = new();

    public LessonPicture Current => Volatile.Read(ref _current);

    /// <summary>What is in the way of a run now, else <c>null</c>.</summary>
    public ScenarioObstacle? Obstacle(Lesson lesson) => ScenarioRules.Obstacle(tools.Store.Current, tools.Links, lesson.Needs, lesson.Joins);

    /// <summary>Starts a run for a viewer. Somebody else's goes on: then the viewer watches it.</summary>
    public ActionOutcome Start(Guid viewer, Lesson lesson)
    {
        lock (_lock)
        {
            if (Current.IsActive)
            {
                return Current.Owner == viewer && Current.Lesson == lesson.Id
                    ? ActionOutcome.Done("The scenario runs.")
                    : ActionOutcome.Failed($"Scenario {LessonCatalog.Find(Current.Lesson)?.Number} runs{(Current.Owner == viewer ? "" : " for another viewer")}: it has to end first.");
            }

            if (Obstacle(lesson) is { } obstacle)
            {
                return ActionOutcome.Failed(obstacle.Text);
            }

            var cast = ScenarioRules.Live(tools.Store.Current).Take(lesson.Needs).ToList();
            _stop?.Dispose();
            var stop = _stop = new CancellationTokenSource();
            var (before, tidying) = (_run, _playing);
            var run = _run = new LessonRun(lesson, cast, tools, () => Current, Set);
            _staysAsIs = false;
            Set(LessonPicture.Idle with { Lesson = lesson.Id, Phase = LessonPhase.Playing, Owner = viewer, Cast = cast });
            _playing = Task.Run(() => PlayAsync(tidying, before, run, stop));
            return ActionOutcome.Done("The scenario runs.");
        }
    }

    /// <summary>The viewer asks for the next step.</summary>
    public void Next(Guid viewer)
    {
        lock (_lock)
        {
            if (Current is { Phase: LessonPhase.Ready } current && current.Owner == viewer)
            {
                _run?.Next();
            }
        }
    }

    /// <summary>
    /// The viewer stops, closes or leaves: a run under way ends, what it broke is healed and its keys are removed. Others' runs are
    /// not touched.
    /// </summary>
    public Task LeaveAsync(Guid viewer) => EndAsync(viewer, staysAsIs: false);

    /// <summary>The viewer goes on alone: the run ends, and the cluster stays as it is. Holds end by themselves after two minutes.</summary>
    public Task ExploreAsync(Guid viewer) => EndAsync(viewer, staysAsIs: true);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await LeaveAsync(Current.Owner).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _playing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stop?.Dispose();

    private async Task EndAsync(Guid viewer, bool staysAsIs)
    {
        Task playing;
        lock (_lock)
        {
            if (Current.Owner != viewer || Current.Phase == LessonPhase.Idle)
            {
                return;
            }

            _staysAsIs = staysAsIs;
            _stop?.Cancel();
            playing = _playing;
        }

        await playing;
        lock (_lock)
        {
            if (Current.Owner == viewer && _playing.IsCompleted)
            {
                var run = _run;
                _run = null;
                Set(LessonPicture.Idle);
                _playing = run is null || staysAsIs ? Task.CompletedTask : Task.Run(() => TidyAsync(run));
            }
        }
    }

    private async Task PlayAsync(Task tidying, LessonRun? before, LessonRun run, CancellationTokenSource stop)
    {
        await tidying;
        if (before is not null)
        {
            await TidyAsync(before);
        }

        try
        {
            await run.PlayAsync(stop.Token);
            var trouble = await run.HealAsync();
            Set(Current with { Phase = LessonPhase.Done, Ending = trouble ?? "Every sentence was checked against the event log or an answer of a replica." });
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (_staysAsIs)
            {
                await run.LeaveAsIsAsync();
            }
            else
            {
                await FailAsync(run, "Stopped.");
            }
        }
        catch (ScenarioFailure failure)
        {
            await FailAsync(run, failure.Message);
        }
        catch (Exception exception)
        {
            // Whatever it is: what the run broke is healed before anything else.
            logger.RunFailed(exception);
            await FailAsync(run, $"The scenario broke: {exception.Message}");
        }
    }

    private async Task FailAsync(LessonRun run, string why)
    {
        var trouble = await run.HealAsync();
        Set(Current with { Phase = LessonPhase.Failed, Ending = $"{why} {trouble ?? "Nothing that it broke is left: its links are healed."}" });
    }

    private async Task TidyAsync(LessonRun run)
    {
        try
        {
            if (await run.TidyAsync() is { } trouble)
            {
                logger.NotTidied(trouble);
            }
        }
        catch (Exception exception)
        {
            logger.RunFailed(exception);
        }
    }

    private void Set(LessonPicture picture)
    {
        Volatile.Write(ref _current, picture);
        Changed.Pulse();
    }
}
