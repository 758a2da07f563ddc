using System.CommandLine;
using ReplicatedDs.Cli.Feeds;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Client.Operations;

namespace ReplicatedDs.Cli.Commands;

internal static class PendingCommand
{
    private const int WhyMax = 20;

    public static Command Create(Bind bind)
    {
        var limit = new Option<int>("--limit", "-n") { DefaultValueFactory = _ => 50, HelpName = "count", Description = "At most so many updates of each replica" };
        Arguments.Require(limit, value => value is >= 0 and <= 10_000, "it can be 0 to 10000");
        var why = new Option<bool>("--why") { Description = $"Say who holds what is missing and what is being done (for the first {WhyMax} of each replica)" };
        var command = new Command("pending", "Updates that arrived and wait, and exactly what for") { limit, why };
        bind(command, async run =>
        {
            var answers = await Everyone.AskAsync(run, (operations, cancellation) => AskAsync(operations, run.Get(limit), run.Get(why), cancellation));
            if (run.Printer.IsJson)
            {
                run.Printer.Json(answers.Select(one => new { one.Target.Name, replica = one.Target.Id, one.Answer?.View.Count, one.Answer?.View.Updates, why = one.Answer?.Why, one.Problem }));
                return Everyone.ExitCodeOf(answers);
            }

            var rows = answers.SelectMany(one => one.Answer is null
                ? [(string[])[one.Target.Label, one.Problem!, "", "", "", ""]]
                : one.Answer.View.Updates.Select(update => Row(one.Target.Label, update))).ToList();
            if (rows.Count > 0 || !run.Printer.IsTerminal)
            {
                run.Printer.Table(["at", "update", "keys", "waits for", "since", "reason"], rows, (_, column) => column == 3 ? "yellow" : null);
            }

            foreach (var one in answers.Where(one => one.Answer is not null))
            {
                foreach (var (update, missing) in one.Answer!.Why.SelectMany(view => view.Missing.Select(missing => (view.Dot, missing))))
                {
                    run.Printer.Line(
                        $"{one.Target.Label}: {update} waits for {missing.Dot}, held by {(missing.HeldBy.Count == 0 ? "nobody known" : string.Join(", ", missing.HeldBy.Select(id => $"r{id}")))}. {missing.Action}");
                }

                if (one.Answer.View.Count > one.Answer.View.Updates.Count)
                {
                    run.Printer.Note($"{one.Target.Label}: {one.Answer.View.Count - one.Answer.View.Updates.Count} more wait; --limit shows more.");
                }
            }

            if (rows.Count == 0 && run.Printer.IsTerminal)
            {
                run.Printer.Markup("[green]Nothing waits.[/]");
            }

            return Everyone.ExitCodeOf(answers);
        });
        return command;
    }

    private static async Task<Waiting> AskAsync(ReplicaOperations operations, int limit, bool why, CancellationToken cancellation)
    {
        var view = await operations.PendingAsync(limit, cancellation);
        var reasons = new List<PendingWhyView>();
        foreach (var update in why ? view.Updates.Take(WhyMax) : [])
        {
            try
            {
                if (Arguments.TryParseDot(update.Dot, out var dot))
                {
                    reasons.Add(await operations.PendingWhyAsync(dot, cancellation));
                }
            }
            catch (Client.ReplicaRefusedException)
            {
                // It does not wait any more.
            }
        }

        return new Waiting(view, reasons);
    }

    private static string[] Row(string at, PendingUpdateView update) =>
    [
        at,
        update.Dot,
        string.Join(", ", update.Keys),
        Dots.Some(update.Missing, update.MissingCount),
        Times.Span(TimeSpan.FromMilliseconds(update.AgeMs)),
        update.Reason,
    ];

    private sealed record Waiting(PendingView View, IReadOnlyList<PendingWhyView> Why);
}
