using System.CommandLine;
using ReplicatedDs.Cli.Shell;

namespace ReplicatedDs.Cli.Commands;

internal static class EvictCommand
{
    public static Command Create(Bind bind)
    {
        var id = new Argument<int>("id") { Description = "The id of the dead replica, such as 3" };
        var force = new Option<bool>("--force") { Description = "Also where the survivors are no majority: only if the others are surely dead" };
        var yes = Confirm.Option();
        var command = new Command("evict", "Declare a replica dead, irrevocably; what only it held is given up") { id, force, yes };
        bind(command, async run =>
        {
            var cluster = await run.ClusterAsync();
            var dead = run.Get(id);
            await Confirm.RequireAsync(run, run.Get(yes), $"r{dead} is declared dead for good, and what only it holds is given up.");
            var survivor = cluster.Chosen.FirstOrDefault(replica => replica.Id != dead)
                ?? throw new RdsException(ExitCodes.Unavailable, "No other replica runs that could declare it dead.");
            var answer = await (await run.ClientAsync()).At(survivor.Http).EvictAsync(dead, run.Get(force), run.Cancellation);
            if (run.Printer.IsJson)
            {
                run.Printer.Json(answer);
            }
            else
            {
                run.Printer.Line($"{survivor.Label} declared r{answer.Id} dead ({answer.Dot}). {answer.GivenUp}");
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}
