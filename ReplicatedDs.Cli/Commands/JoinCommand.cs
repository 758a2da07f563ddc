using System.CommandLine;
using ReplicatedDs.Cli.Shell;

namespace ReplicatedDs.Cli.Commands;

internal static class JoinCommand
{
    public static Command Create(Bind bind)
    {
        var command = new Command("join", "Start a spare, which joins the cluster as a new replica");
        bind(command, async run =>
        {
            var control = (await run.ClusterAsync()).Control;
            var joined = await Waiting.ForAsync(run, "A spare starts, takes an id and copies the data", () => control.JoinAsync(run.Cancellation));
            if (run.Printer.IsJson)
            {
                run.Printer.Json(joined);
            }
            else
            {
                run.Printer.Line($"{joined.Name} joined as r{joined.Id} at {joined.Http}.");
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}
