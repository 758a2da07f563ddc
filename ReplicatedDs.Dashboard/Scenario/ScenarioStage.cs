using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Collector;

namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>
/// The one place where the scenario runs: one run at a time for the whole dashboard, which everybody may watch. However a run ends
/// (done, failed, stopped, its viewer gone, the dashboard ended), the link that it held is healed.
/// All members may be called from any thread.
/// </summary>
internal sealed class ScenarioStage(
    KeyActions keys, LinkActions links, ClusterStore store, EventLog log, StageGate gate, TimeProvider time, ILogger<ScenarioStage> logger) : IHostedService, IDisposable
{
    private readonly Lock _lock = new();
    private ScenarioPicture _current = ScenarioPicture.Idle;
    private CancellationTokenSource? _stop;
    private FirstScenario? _run;
    private Task _playing = Task.CompletedTask;

    /// <summary>Pulses when <see cref="Current"/> is another.</summary>
    public ChangeSignal Changed { get; } = new();

    public ScenarioPicture Current => Volatile.Read(ref _current);

    /// <summary>Starts a run for a viewer. Somebody else's goes on: then the viewer watches it.</summary>
    public ActionOutcome Start(Guid viewer)
    {
        lock (_lock)
        {
            if (!_playing.IsCompleted)
            {
                return Current.Owner == viewer && Current.IsActive ? ActionOutcome.Done("The scenario runs.") : ActionOutcome.Failed("Another viewer runs the scenario; you are watching it.");
            }

            var view = store.Current;
            if (ScenarioRules.Obstacle(view, links) is { } obstacle)
            {
                return ActionOutcome.Failed(obstacle.Text);
            }

            if (!gate.TryEnter("scenario 1"))
            {
                return ActionOutcome.Failed($"There is one stage, and {gate.Title} is on it: it has to end first.");
            }

            var cast = ScenarioRules.Cast(view)!;
            _stop?.Dispose();
            var stop = _stop = new CancellationTokenSource();
            var before = _run;
            _run = new FirstScenario(cast, keys, links, store, log, time, () => Current, Set);
            Set(ScenarioPicture.Idle with { Phase = ScenarioPhase.Running, Owner = viewer, Cast = cast, Claims = FirstScenario.Plan(cast) });
            _playing = Task.Run(() => PlayAsync(before, _run, stop));
            return ActionOutcome.Done("The scenario runs.");
        }
    }

    /// <summary>The viewer lets the question through.</summary>
    public void Release(Guid viewer)
    {
        if (Current is { Phase: ScenarioPhase.Waiting } current && current.Owner == viewer)
        {
            _run?.Release();
        }
    }

    /// <summary>
    /// The viewer stops, closes or leaves: a run under way ends, what it broke is healed and its keys are removed. Others' runs are
    /// not touched.
    /// </summary>
    public async Task LeaveAsync(Guid viewer)
    {
        Task playing;
        lock (_lock)
        {
            if (Current.Owner != viewer || Current.Phase == ScenarioPhase.Idle)
            {
                return;
            }

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
                Set(ScenarioPicture.Idle);
                _playing = run is null ? Task.CompletedTask : Task.Run(() => TidyAsync(run));
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await LeaveAsync(Current.Owner).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _playing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stop?.Dispose();

    private async Task PlayAsync(FirstScenario? before, FirstScenario run, CancellationTokenSource stop)
    {
        if (before is not null)
        {
            await TidyAsync(before);
        }

        try
        {
            await run.PlayAsync(stop.Token);
            Set(Current with { Phase = ScenarioPhase.Done, Ending = "Every sentence below was checked against the event log." });
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await EndAsync(run, ScenarioPhase.Stopped, "Stopped.");
        }
        catch (ScenarioFailure failure)
        {
            await EndAsync(run, ScenarioPhase.Failed, failure.Message);
        }
        catch (Exception exception)
        {
            // Whatever it is: what the run broke is healed before anything else.
            logger.RunFailed(exception);
            await EndAsync(run, ScenarioPhase.Failed, $"The scenario broke: {exception.Message}");
        }
        finally
        {
            gate.Leave();
        }
    }

    private async Task EndAsync(FirstScenario run, ScenarioPhase phase, string why)
    {
        var trouble = await run.HealAsync();
        Set(Current with { Phase = phase, Ending = $"{why} {trouble ?? "Nothing that it broke is left: its link is healed."}" });
    }

    private async Task TidyAsync(FirstScenario run)
    {
        try
        {
            if (await run.TidyAsync() is { } trouble)
            {
                logger.LinkLeft(trouble);
            }
        }
        catch (Exception exception)
        {
            logger.RunFailed(exception);
        }
    }

    private void Set(ScenarioPicture picture)
    {
        Volatile.Write(ref _current, picture);
        Changed.Pulse();
    }
}
