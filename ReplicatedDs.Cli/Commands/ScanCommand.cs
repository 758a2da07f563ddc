using System.CommandLine;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Client;

namespace ReplicatedDs.Cli.Commands;

internal static class ScanCommand
{
    private const int ShownMax = 50;
    private const int PipedMax = 1000;

    public static Command Create(Bind bind)
    {
        var prefix = new Argument<string>("prefix") { DefaultValueFactory = _ => "", Description = "Only keys that start with it" };
        var limit = new Option<int>("--limit", "-n") { DefaultValueFactory = _ => 1000, HelpName = "count", Description = "At most so many keys" };
        Arguments.Require(limit, value => value >= 1, "it has to be at least 1");
        var after = new Option<string?>("--after") { HelpName = "key", Description = "Only keys behind this one" };
        var command = new Command("scan", "List keys in order") { prefix, limit, after };
        bind(command, async run =>
        {
            var most = run.Has(limit) ? run.Get(limit) : run.Printer.IsTerminal ? ShownMax : PipedMax;
            var keys = new List<ListedKey>();
            await foreach (var key in (await run.SessionAsync()).ListAsync(run.Get(prefix), run.Get(after), Math.Min(most, 1000), run.Cancellation))
            {
                keys.Add(key);
                if (keys.Count == most)
                {
                    break;
                }
            }

            if (run.Printer.IsJson)
            {
                run.Printer.Json(keys.Select(key => new { key.Key, dot = key.Dot.ToString(), key.Type, key.Siblings }));
                return ExitCodes.Ok;
            }

            if (run.Printer.IsTerminal)
            {
                run.Printer.Table(
                    ["key", "type", "dot", "siblings"],
                    keys.Select(key => (string[])[key.Key, key.Type, $"{key.Dot}", key.Siblings > 1 ? $"{key.Siblings}" : ""]),
                    (_, column) => column == 3 ? "yellow" : null);
            }
            else
            {
                foreach (var key in keys)
                {
                    run.Printer.Line(key.Key);
                }
            }

            if (keys.Count == most)
            {
                run.Printer.Note($"The first {most} keys; --after '{keys[^1].Key}' goes on.");
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}
