using System.ComponentModel;
using System.Globalization;

namespace Aspire.Hosting.Engine;

/// <summary>
/// One resource's process over its starts and stops: NotStarted, Waiting, Starting, Running, Stopping, Finished (or FailedToStart).
/// Nothing is restarted by itself. Safe from any thread; a stop or a new start ends a start that still waits for its dependencies.
/// </summary>
internal sealed partial class ResourceRunner(
    Resource resource, LaunchPlan plan, ResourceNotificationService notifications, ResourceOutput output, HealthMonitor health, ProcessorShare share, ILogger logger)
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Lock _lock = new();
    private CancellationTokenSource? _attempt;
    private ChildProcess? _process;
    private Task _ended = Task.CompletedTask;
    private RunningCommand? _command;

    public Resource Resource { get; } = resource;

    /// <summary>Returns when the process runs; a process that runs already is stopped first.</summary>
    /// <exception cref="DistributedApplicationException">It could not be started.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Supersede(attempt);
        await _gate.WaitAsync(attempt.Token);
        try
        {
            await EndProcessAsync();
            await WaitForDependenciesAsync(attempt.Token);
            Publish(KnownResourceStates.Starting, exitCode: null);
            var process = ChildProcess.Start(await plan.CreateAsync(Resource, attempt.Token), output.Write);
            _process = process;
            share.Add(Resource.Definition.Project?.ProjectPath ?? Resource.Name, process);
            notifications.Publish(Resource, snapshot => snapshot with
            {
                State = new ResourceStateSnapshot(KnownResourceStates.Running, null),
                HealthStatus = health.Initial,
                Properties = [new ResourcePropertySnapshot("executable.pid", process.Id.ToString(CultureInfo.InvariantCulture))],
            });
            _ended = FollowAsync(process);
        }
        catch (Exception exception) when (exception is DistributedApplicationException or Win32Exception or IOException)
        {
            Publish(KnownResourceStates.FailedToStart, exitCode: null);
            LogFailedToStart(logger, Resource.Name, exception.Message);
            throw new DistributedApplicationException($"{Resource.Name} did not start: {exception.Message}");
        }
        catch (OperationCanceledException)
        {
            Publish(KnownResourceStates.NotStarted, exitCode: null);
            throw;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Returns when the process and its descendants are gone.</summary>
    public async Task StopAsync()
    {
        Supersede(null);
        await _gate.WaitAsync();
        try
        {
            await EndProcessAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>A command of the resource runs until the answer is disposed: an end of the process in the meantime is its doing.</summary>
    public IDisposable During(string command) => _command = new RunningCommand(this, command);

    private void Supersede(CancellationTokenSource? attempt)
    {
        lock (_lock)
        {
            _attempt?.Cancel();
            _attempt = attempt;
        }
    }

    private async Task EndProcessAsync()
    {
        if (_process is { HasExited: false } process)
        {
            Publish(KnownResourceStates.Stopping, exitCode: null);
            await process.StopAsync();
        }

        await _ended;
    }

    private async Task WaitForDependenciesAsync(CancellationToken cancellationToken)
    {
        foreach (var dependency in Resource.Definition.WaitsFor)
        {
            Publish(KnownResourceStates.Waiting, exitCode: null);
            await notifications.WaitForResourceHealthyAsync(dependency.Name, WaitBehavior.WaitOnResourceUnavailable, cancellationToken);
        }
    }

    private async Task FollowAsync(ChildProcess process)
    {
        using var gone = new CancellationTokenSource();
        var checking = health.RunAsync(gone.Token);
        var exitCode = await process.Exited;
        await gone.CancelAsync();
        await checking;
        var command = _command?.Name; // before the state that the command may wait for
        Publish(KnownResourceStates.Finished, exitCode);
        if (command is not null)
        {
            LogEndedBy(logger, Resource.Name, exitCode, command);
        }
        else if (!process.StopRequested)
        {
            LogEnded(logger, exitCode == 0 ? LogLevel.Information : LogLevel.Warning, Resource.Name, exitCode);
        }

        process.Dispose();
    }

    private void Publish(string state, int? exitCode) => notifications.Publish(Resource, snapshot => snapshot with
    {
        State = new ResourceStateSnapshot(state, null),
        ExitCode = exitCode,
        HealthStatus = state == KnownResourceStates.Stopping ? snapshot.HealthStatus : null,
        Properties = state == KnownResourceStates.Stopping ? snapshot.Properties : [],
    });

    [LoggerMessage(1, LogLevel.Error, "{Resource} did not start: {Reason}")]
    private static partial void LogFailedToStart(ILogger logger, string resource, string reason);

    [LoggerMessage(EventId = 2, Message = "{Resource} ended by itself with exit code {ExitCode}")]
    private static partial void LogEnded(ILogger logger, LogLevel level, string resource, int exitCode);

    [LoggerMessage(3, LogLevel.Information, "{Resource} ended with exit code {ExitCode}, as its command '{Command}' asked")]
    private static partial void LogEndedBy(ILogger logger, string resource, int exitCode, string command);

    private sealed class RunningCommand(ResourceRunner runner, string name) : IDisposable
    {
        public string Name => name;

        public void Dispose() => Interlocked.CompareExchange(ref runner._command, null, this);
    }
}
