using System.CommandLine;
using System.Globalization;
using ReplicatedDs.Checker.Checks;
using ReplicatedDs.Checker.Histories;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Cli.Shell;

namespace ReplicatedDs.Cli.Commands;

internal static class CheckCommand
{
    public static Command Create(Bind bind)
    {
        var file = new Argument<string>("history") { Description = "A history.jsonl (docs/history-format.md); - reads standard input" };
        var memory = new Option<bool>("--causal-memory") { Description = "Look for violations of causal memory (CM) too, which this store does not promise" };
        var most = new Option<int>("--findings") { DefaultValueFactory = _ => 10, HelpName = "count", Description = "How many findings of each pattern to explain" };
        Arguments.Require(most, value => value >= 1, "it has to be at least 1");
        var command = new Command("check", "Check a history for violations of causal consistency (exit code 1 if there are any)") { file, memory, most };
        bind(command, async run =>
        {
            var started = TimeProvider.System.GetTimestamp();
            var result = await Waiting.ForAsync(run, "Checking", () => Task.Run(() =>
                HistoryChecker.Check(Read(run, run.Get(file)), new CheckerOptions { CausalMemory = run.Get(memory), FindingsPerPatternMax = run.Get(most) }), run.Cancellation));
            Print(run.Printer, result, TimeProvider.System.GetElapsedTime(started));
            return result.IsClean ? ExitCodes.Ok : ExitCodes.No;
        });
        return command;
    }

    private static History Read(Invocation run, string path)
    {
        try
        {
            using var stream = path == "-" ? run.Surroundings.In : File.OpenRead(Path.GetFullPath(path, run.Surroundings.Folder));
            var reading = HistoryReader.Read(stream);
            return reading.History ?? throw new RdsException(ExitCodes.BadUsage, $"{path} is no history. {reading.Problem}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RdsException(ExitCodes.BadUsage, $"The history cannot be read: {exception.Message}");
        }
    }

    private static void Print(Printer printer, CheckResult result, TimeSpan elapsed)
    {
        if (printer.IsJson)
        {
            printer.Json(new
            {
                clean = result.IsClean,
                result.Operations,
                result.Sessions,
                result.Keys,
                verdicts = Verdicts(result).ToDictionary(one => one.Name, one => one.Verdict.ToString()),
                counts = result.Counts.ToDictionary(one => one.Key.ToString(), one => one.Value),
                findings = result.Findings.Select(one => new { pattern = one.Pattern.ToString(), one.Sentence, operations = one.Operations.Select(operation => operation.ToString()) }),
                result.NotChecked,
            });
            return;
        }

        printer.Markup(string.Create(
            CultureInfo.InvariantCulture,
            $"{(result.IsClean ? "[green]No violation[/]" : "[red]Not causally consistent[/]")}: {result.Operations:N0} operations of {result.Sessions:N0} sessions on {result.Keys:N0} keys, in {Times.Span(elapsed)}"));
        printer.Table(
            ["checked", "verdict"],
            Verdicts(result).Select(one => (string[])[one.Title, one.Verdict switch { Verdict.Holds => "holds", Verdict.Violated => "VIOLATED", _ => "not checked" }]),
            (row, column) => column == 0 ? null : row[1] switch { "holds" => "green", "VIOLATED" => "red", _ => "grey" });
        foreach (var finding in result.Findings)
        {
            printer.Line();
            printer.Markup($"[red]{finding.Pattern}[/]: {Printer.Safe(finding.Sentence)}");
            foreach (var operation in finding.Operations)
            {
                printer.Line($"    {operation}");
            }
        }

        foreach (var (pattern, count) in result.Counts.OrderBy(one => one.Key))
        {
            var explained = result.Findings.Count(finding => finding.Pattern == pattern);
            if (count > explained)
            {
                printer.Line(string.Create(CultureInfo.InvariantCulture, $"{pattern}: {count - explained:N0} more."));
            }
        }

        foreach (var sentence in result.NotChecked)
        {
            printer.Line($"Not checked: {sentence}");
        }
    }

    private static IEnumerable<(string Name, string Title, Verdict Verdict)> Verdicts(CheckResult result) =>
    [
        ("causalConsistency", "causal consistency (CC)", result.CausalConsistency),
        ("causalConvergence", "causal convergence (CCv)", result.CausalConvergence),
        ("causalMemory", "causal memory (CM)", result.CausalMemory),
        ("transactions", "transactions", result.Transactions),
        ("sessionGuarantees", "session guarantees", result.SessionGuarantees),
        ("convergence", "convergence", result.Convergence),
    ];
}
