namespace Aspire.Hosting.ApplicationModel;

/// <summary>Runs the commands of resources: start, stop, restart and those added by WithCommand.</summary>
public class ResourceCommandService
{
    private readonly Orchestrator _orchestrator;

    internal ResourceCommandService(Orchestrator orchestrator) => _orchestrator = orchestrator;

    /// <summary>Runs a command whatever state the resource is in: <c>start</c> on a running one replaces its process.</summary>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(IResource resource, string commandName, CancellationToken cancellationToken = default)
    {
        if (((Resource)resource).Definition.Commands.TryGetValue(commandName, out var custom))
        {
            using (_orchestrator.Find(resource.Name)?.During(commandName))
            {
                return await custom(new ExecuteCommandContext { ResourceName = resource.Name, CancellationToken = cancellationToken });
            }
        }

        var stops = commandName == KnownResourceCommands.StopCommand || commandName == KnownResourceCommands.RestartCommand;
        var starts = commandName == KnownResourceCommands.StartCommand || commandName == KnownResourceCommands.RestartCommand;
        if (_orchestrator.Find(resource.Name) is not { } runner || !(stops || starts))
        {
            return CommandResults.Failure($"{resource.Name} has no command '{commandName}'.");
        }

        try
        {
            await (stops ? runner.StopAsync() : Task.CompletedTask);
            await (starts ? runner.StartAsync(cancellationToken) : Task.CompletedTask);
            return CommandResults.Success();
        }
        catch (DistributedApplicationException exception)
        {
            return CommandResults.Failure(exception.Message);
        }
    }
}
