using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ReplicatedDs.AppHost.Control;

/// <summary>The verbs of the control API. Each answers the state that was reached, after cluster.json says it too.</summary>
internal sealed partial class ClusterCommands(
    ClusterOptions options,
    ClusterView view,
    ClusterFile file,
    ResourceCommandService commands,
    ResourceNotificationService notifications,
    LastWords lastWords,
    ILogger<ClusterCommands> logger) : IDisposable
{
    private const string CrashCommand = "crash";
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(60);
    private static readonly ImmutableArray<string> Verbs = [KnownResourceCommands.StartCommand, KnownResourceCommands.StopCommand, KnownResourceCommands.RestartCommand, CrashCommand];

    /// <summary>Held from looking at a state to the start that follows from it, not while somebody waits for health.</summary>
    private readonly SemaphoreSlim _deciding = new(1, 1);

    public async Task<IResult> ExecuteAsync(string name, string verb, CancellationToken cancellationToken)
    {
        if (options.Find(name) is not { } resource)
        {
            return ControlProblem.NoResource(name);
        }

        if (!Verbs.Contains(verb))
        {
            return ControlProblem.NoVerb(verb);
        }

        var refusal = verb == KnownResourceCommands.StartCommand ? await StartAsync(resource, cancellationToken) : await RunAsync(resource, verb);
        return refusal
            ?? (verb == KnownResourceCommands.StopCommand || verb == CrashCommand ? Answer(resource, 200) : await WhenReadyAsync(resource, 200, cancellationToken));
    }

    public void Dispose() => _deciding.Dispose();

    /// <summary>Starts the first place in which nobody lives; its replica joins by itself.</summary>
    public async Task<IResult> JoinAsync(CancellationToken cancellationToken)
    {
        IResource? spare;
        await _deciding.WaitAsync(cancellationToken);
        try
        {
            spare = options.Replicas.FirstOrDefault(replica => view.Describe(replica).Spare);
            if (spare is null)
            {
                return ControlProblem.NoSpare();
            }

            if (await RunAsync(spare, KnownResourceCommands.StartCommand) is { } failed)
            {
                return failed;
            }
        }
        finally
        {
            _deciding.Release();
        }

        return await WhenReadyAsync(spare, 201, cancellationToken);
    }

    /// <summary>Null: its process runs. The command service would replace a running process, so the state is looked at here.</summary>
    public async Task<IResult?> StartAsync(IResource resource, CancellationToken cancellationToken)
    {
        await _deciding.WaitAsync(cancellationToken);
        try
        {
            return view.IsBusy(resource)
                ? ControlProblem.Running(resource.Name, view.Describe(resource).State)
                : await RunAsync(resource, KnownResourceCommands.StartCommand);
        }
        finally
        {
            _deciding.Release();
        }
    }

    /// <summary>Null: done. Not cancelled with the request: a command that has begun is carried out.</summary>
    private async Task<IResult?> RunAsync(IResource resource, string command)
    {
        LogCommand(resource.Name, command);
        var result = await commands.ExecuteCommandAsync(resource, command, CancellationToken.None);
        file.Write();
        return result.Success ? null : ControlProblem.Failed(result.Message);
    }

    private async Task<IResult> WhenReadyAsync(IResource resource, int status, CancellationToken cancellationToken)
    {
        try
        {
            await notifications.WaitForResourceHealthyAsync(resource.Name, WaitBehavior.StopOnResourceUnavailable, cancellationToken)
                .WaitAsync(ReadyDeadline, cancellationToken);
            return Answer(resource, status);
        }
        catch (DistributedApplicationException exception)
        {
            file.Write();
            return ControlProblem.Ended($"{exception.Message.TrimEnd('.')}: {await lastWords.OfAsync(resource)}.");
        }
        catch (TimeoutException)
        {
            return ControlProblem.NotReady(resource.Name, ReadyDeadline.TotalSeconds);
        }
    }

    private IResult Answer(IResource resource, int status)
    {
        file.Write();
        return ControlApi.Json(view.Describe(resource), status);
    }

    [LoggerMessage(1, LogLevel.Information, "{Resource}: {Command}")]
    private partial void LogCommand(string resource, string command);
}
