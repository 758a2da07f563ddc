using System.CommandLine;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Cli.Shell;

namespace ReplicatedDs.Cli.Commands;

internal static class MgetCommand
{
    public static Command Create(Bind bind)
    {
        var keys = new Argument<string[]>("keys") { Arity = ArgumentArity.OneOrMore, Description = "The keys" };
        var command = new Command("mget", "Print several keys as of one moment: a causal snapshot") { keys };
        bind(command, async run =>
        {
            var asked = run.Get(keys);
            var entries = await (await run.SessionAsync()).SnapshotAsync(asked, run.Cancellation);
            var code = entries.Values.Any(entry => entry is null) ? ExitCodes.No : ExitCodes.Ok;
            if (run.Printer.IsJson)
            {
                run.Printer.Json(entries.ToDictionary(pair => pair.Key, pair => EntryJson.Of(pair.Value)));
                return code;
            }

            run.Printer.Table(
                ["key", "dot", "value"],
                asked.Select(key => (string[])[key, entries[key]?.Dot.ToString() ?? "", entries[key] is { } entry ? Printer.Shown(entry.Value.Span) : "(none)"]),
                (row, column) => column == 2 && row[1].Length == 0 ? "grey" : null);
            return code;
        });
        return command;
    }
}
