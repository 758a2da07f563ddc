using System.Diagnostics;

namespace ReplicatedDs.AppHost.Control;

internal static class Crash
{
    /// <summary>The orchestrator publishes the process id as this property of the snapshot.</summary>
    private const string ProcessIdProperty = "executable.pid";

    public static int? ProcessId(CustomResourceSnapshot? snapshot)
    {
        var value = snapshot?.Properties.FirstOrDefault(property => property.Name == ProcessIdProperty)?.Value;
        return int.TryParse(value?.ToString(), out var id) ? id : null;
    }

    /// <summary>
    /// SIGKILL for the process and its children (under the real Aspire the process is <c>dotnet run</c> and the service its child).
    /// Succeeds when it is gone, and known to be gone.
    /// </summary>
    public static async Task<ExecuteCommandResult> KillAsync(ResourceNotificationService notifications, ExecuteCommandContext context)
    {
        if (!notifications.TryGetCurrentState(context.ResourceName, out var current) || ProcessId(current.Snapshot) is not { } id)
        {
            return CommandResults.Failure($"{context.ResourceName} has no process.");
        }

        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // Gone by itself in the meantime: what follows waits until the orchestrator knows it.
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await foreach (var _ in notifications.WatchAsync(deadline.Token))
            {
                if (notifications.TryGetCurrentState(context.ResourceName, out var now)
                    && (now.Snapshot.State?.Text != KnownResourceStates.Running || ProcessId(now.Snapshot) != id))
                {
                    return CommandResults.Success();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Said below.
        }

        return CommandResults.Failure($"{context.ResourceName} was killed, but its state did not change within 20 s.");
    }
}
