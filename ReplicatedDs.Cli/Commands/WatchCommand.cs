using System.CommandLine;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Client;

namespace ReplicatedDs.Cli.Commands;

internal static class WatchCommand
{
    public static Command Create(Bind bind)
    {
        var prefix = new Argument<string>("prefix") { DefaultValueFactory = _ => "", Description = "Only keys that start with it" };
        var count = new Option<int>("--count", "-n") { HelpName = "count", Description = "End after so many changes" };
        Arguments.Require(count, value => value >= 1, "it has to be at least 1");
        var from = new Option<string?>("--from") { HelpName = "position", Description = "Go on from the position of a change, at whichever replica" };
        var command = new Command("watch", "Print changes as they become visible, until Ctrl+C") { prefix, count, from };
        bind(command, async run =>
        {
            var left = run.Has(count) ? run.Get(count) : int.MaxValue;
            await foreach (var change in (await run.SessionAsync()).WatchAsync(run.Get(prefix), run.Get(from), run.Cancellation))
            {
                Print(run.Printer, change);
                if (change.Kind != ChangeKind.Reset && --left == 0)
                {
                    break;
                }
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(Printer printer, Change change)
    {
        if (printer.IsJson)
        {
            printer.Json(new
            {
                kind = change.Kind.ToString().ToLowerInvariant(),
                change.Key,
                dot = change.Dot?.ToString(),
                entry = EntryJson.Of(change.Entry),
                change.Position,
            });
            return;
        }

        var dot = $"{change.Dot}";
        switch (change.Kind)
        {
            case ChangeKind.Reset:
                printer.Note("What happened in between cannot be told singly any more: here is everything as it is now.");
                break;
            case ChangeKind.Deleted:
                if (printer.IsTerminal)
                {
                    printer.Markup($"[grey]{dot,-8}[/] {Printer.Safe(change.Key)} [red]deleted[/]");
                }
                else
                {
                    printer.Line(string.Join('\t', dot, "deleted", Printer.Visible(change.Key)));
                }

                break;
            default:
                var value = change.Entry is { } entry ? Printer.Shown(entry.Value.Span) : "";
                if (printer.IsTerminal)
                {
                    printer.Markup($"[grey]{dot,-8}[/] {Printer.Safe(change.Key)} [green]=[/] {Printer.Safe(Printer.Short(value, 200))}");
                }
                else
                {
                    printer.Line(string.Join('\t', dot, "set", Printer.Visible(change.Key), Printer.Visible(value)));
                }

                break;
        }
    }
}
