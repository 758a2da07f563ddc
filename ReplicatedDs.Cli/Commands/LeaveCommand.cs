using System.CommandLine;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Client;
using ReplicatedDs.Client.Operations;

namespace ReplicatedDs.Cli.Commands;

internal static class LeaveCommand
{
    /// <summary>A leaving replica first hands over what only it holds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static Command Create(Bind bind)
    {
        var replica = new Argument<string>("replica") { Description = "The replica that leaves: replica-3, 3, or its address" };
        var yes = Confirm.Option();
        var command = new Command("leave", "A replica leaves for good: it hands over what it wrote, ends, and its id is never used again") { replica, yes };
        bind(command, async run =>
        {
            var cluster = await run.ClusterAsync();
            var target = cluster.Find(run.Get(replica));
            await Confirm.RequireAsync(run, run.Get(yes), $"{target.Name} ({target.Label}) leaves the cluster for good.");
            var operations = (await run.ClientAsync()).At(target.Http);
            var dot = (await operations.LeaveAsync(run.Cancellation)).Dot;
            var isGone = await Waiting.ForAsync(run, $"{target.Name} hands over what only it holds", () => GoneAsync(operations, run.Cancellation));
            if (run.Printer.IsJson)
            {
                run.Printer.Json(new { target.Name, replica = target.Id, dot, gone = isGone });
            }
            else
            {
                run.Printer.Line(isGone
                    ? $"{target.Name} has left; {dot} was its last update."
                    : $"{target.Name} was asked to leave and still runs: nobody else holds all its updates yet. {dot} is its last one.");
            }

            return isGone ? ExitCodes.Ok : ExitCodes.Unavailable;
        });
        return command;
    }

    private static async Task<bool> GoneAsync(ReplicaOperations operations, CancellationToken cancellation)
    {
        for (var started = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(started) < Patience; await Task.Delay(Pause, cancellation))
        {
            try
            {
                await operations.StatusAsync(cancellation);
            }
            catch (ReplicasUnavailableException)
            {
                return true;
            }
        }

        return false;
    }
}
