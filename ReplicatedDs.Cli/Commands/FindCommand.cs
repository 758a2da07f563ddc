using System.CommandLine;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Cli.Shell;

namespace ReplicatedDs.Cli.Commands;

internal static class FindCommand
{
    public static Command Create(Bind bind)
    {
        var key = Arguments.Key();
        var command = new Command("find", "What every replica holds for a key") { key };
        bind(command, async run =>
        {
            var view = await (await run.SessionAsync()).FindAsync(run.Get(key), run.Cancellation);
            var present = view.Replicas.Count(replica => replica.State == "present");
            var code = present > 0 ? ExitCodes.Ok : ExitCodes.No;
            if (run.Printer.IsJson)
            {
                run.Printer.Json(view);
                return code;
            }

            run.Printer.Table(
                ["replica", "state", "dot", "siblings", "sha-256"],
                view.Replicas.Select(one => (string[])
                    [$"r{one.Replica} {one.Name}", one.State, one.Dot ?? "", one.State == "present" ? $"{one.Siblings}" : "", run.Printer.IsTerminal ? Printer.Short(one.Digest ?? "", 17) : one.Digest ?? ""]),
                (row, column) => column != 1 ? null : row[1] switch { "present" => "green", "absent" => "yellow", _ => "red" });
            if (run.Printer.IsTerminal)
            {
                var values = view.Replicas.Where(one => one.State == "present").Select(one => one.Digest).Distinct().Count();
                run.Printer.Line(present == 0
                    ? "No replica has a value."
                    : values > 1 ? $"{values} different values: updates are still under way."
                    : present == view.Replicas.Count ? "All replicas have the same value."
                    : $"{present} of {view.Replicas.Count} replicas have it.");
            }

            return code;
        });
        return command;
    }
}
