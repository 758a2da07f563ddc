using System.CommandLine;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Cli.Commands;

internal static class WhyCommand
{
    public static Command Create(Bind bind)
    {
        var key = Arguments.Key();
        var command = new Command("why", "Where a key's value comes from: its update, what that depends on, what lost to it, who has it") { key };
        bind(command, async run =>
        {
            if (await (await run.SessionAsync()).WhyAsync(run.Get(key), run.Cancellation) is not { } why)
            {
                run.Printer.Note($"'{run.Get(key)}' has no value.");
                return ExitCodes.No;
            }

            if (run.Printer.IsJson)
            {
                run.Printer.Json(why);
            }
            else
            {
                Print(run.Printer, why);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(Printer printer, KeyWhyView why)
    {
        printer.Table(
            ["version", "kind", "written", "at", "depends on", "outcome"],
            why.Others.Prepend(why.Winner).Select(version => (string[])
            [
                version.Dot,
                version.Kind,
                Times.Of(version.WrittenAt),
                $"r{version.Origin}",
                Dependencies(version),
                version.Outcome,
            ]),
            (row, column) => column == 0 ? row[0] == why.Winner.Dot ? "green" : "yellow" : null);
        var applied = why.AppliedBy.Where(member => member.Applied == true).Select(Name).ToList();
        var others = why.AppliedBy.Where(member => member.Applied != true).Select(Name).ToList();
        printer.Line(others.Count == 0
            ? $"Every member has {why.Winner.Dot}{(why.Stable ? ", and all know it" : "")}."
            : $"{string.Join(", ", applied)} {(applied.Count == 1 ? "has" : "have")} {why.Winner.Dot}; {string.Join(", ", others)} not, as far as this replica has heard.");
    }

    private static string Dependencies(VersionWhyView version) => version.Dependencies switch
    {
        null => "(not in the log any more)",
        { Count: 0 } => "nothing",
        var entries => string.Join(' ', entries.Select(entry => $"{entry.Key}#{entry.Value}")),
    };

    private static string Name(AppliedByView member) => $"r{member.Replica}";
}
