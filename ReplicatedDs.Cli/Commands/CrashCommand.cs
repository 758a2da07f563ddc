using System.CommandLine;
using ReplicatedDs.Cli.Shell;

namespace ReplicatedDs.Cli.Commands;

internal static class CrashCommand
{
    public static Command Create(Bind bind)
    {
        var replica = new Argument<string>("replica") { Description = "The replica: replica-3, 3, or its address" };
        var command = new Command("crash", "Kill a replica's process on the spot; it loses nothing that it acknowledged") { replica };
        bind(command, async run =>
        {
            var cluster = await run.ClusterAsync();
            var target = cluster.Find(run.Get(replica));
            if (cluster.Description?.Control is not null)
            {
                await cluster.Control.CrashAsync(target.Name, run.Cancellation);
            }
            else
            {
                await (await run.ClientAsync()).At(target.Http).CrashAsync(run.Cancellation);
            }

            if (run.Printer.IsJson)
            {
                run.Printer.Json(new { target.Name, replica = target.Id });
            }
            else
            {
                run.Printer.Line($"{target.Name} ({target.Label}) was killed.");
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}
