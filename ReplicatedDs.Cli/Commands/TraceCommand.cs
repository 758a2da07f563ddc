using System.CommandLine;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Cli.Feeds;
using ReplicatedDs.Cli.Journeys;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Cli.Shell;

namespace ReplicatedDs.Cli.Commands;

internal static class TraceCommand
{
    public static Command Create(Bind bind)
    {
        var update = new Argument<string>("update") { Description = "A dot such as 2#17, or a key: the update that its value is from" };
        var command = new Command("trace", "The journey of one update: written, sent, arrived, waited, applied, at each replica") { update };
        bind(command, async run =>
        {
            var dot = Arguments.TryParseDot(run.Get(update), out var named) ? named : await DotOfAsync(run, run.Get(update));
            var journey = Journey.Of(dot, await FeedReader.ReadAsync(run));
            if (journey.Steps.Count == 0)
            {
                throw new RdsException(ExitCodes.No, $"No replica keeps an event of {dot}: it does not exist, or it is older than the feeds or than their replicas' last start.");
            }

            var text = await OriginalNotation.OfAsync(journey, await run.ClientAsync(), run.Cancellation);
            Print(run.Printer, journey, text);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<Dot> DotOfAsync(Invocation run, string key) =>
        await (await run.SessionAsync()).GetAsync(key, run.Cancellation) is { } entry
            ? entry.Dot
            : throw new RdsException(ExitCodes.No, $"'{key}' has no value, so there is no update to trace.");

    private static void Print(Printer printer, Journey journey, string? text)
    {
        if (printer.IsJson)
        {
            printer.Json(new { dot = journey.Dot.ToString(), journey.Keys, journey.Dependencies, originalText = text, journey.TraceId, journey.Steps, journey.Missing });
            return;
        }

        if (printer.IsTerminal)
        {
            printer.Markup($"[bold]{journey.Dot}[/] {Printer.Safe(string.Join(", ", journey.Keys))}{(text is null ? "" : $"   [grey]{Printer.Safe(Printer.Short(text, 100))}[/]")}");
        }

        printer.Table(
            ["after", "at", "step", "detail"],
            journey.Steps.Select(step => (string[])[$"+{Times.Span(TimeSpan.FromMicroseconds(step.AfterMicroseconds))}", $"r{step.Replica}", step.Kind, step.Detail]),
            (row, column) => column != 2 ? null : row[2] switch { "written" or "applied" => "green", "waits" => "yellow", "dropped" => "red", _ => null });
        foreach (var replica in journey.Missing)
        {
            printer.Line($"{replica} has not applied it, as far as its events tell.");
        }
    }
}
