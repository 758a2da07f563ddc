using System.CommandLine;
using System.Globalization;
using ReplicatedDs.Cli.Clusters;
using ReplicatedDs.Cli.Feeds;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Cli.Commands;

internal static class ClockCommand
{
    public static Command Create(Bind bind)
    {
        var command = new Command("clock", "Every replica's vector clock: how many updates of each it has applied");
        bind(command, async run =>
        {
            var answers = await Everyone.AskAsync(run, (operations, cancellation) => operations.ClockAsync(cancellation));
            if (run.Printer.IsJson)
            {
                run.Printer.Json(answers.Select(one => new { one.Target.Name, replica = one.Answer?.Replica ?? one.Target.Id, one.Answer?.Delivered, one.Problem }));
            }
            else
            {
                Print(run.Printer, answers);
            }

            return Everyone.ExitCodeOf(answers);
        });
        return command;
    }

    private static void Print(Printer printer, IReadOnlyList<(ReplicaTarget Target, ClockView? Answer, string? Problem)> answers)
    {
        var known = answers.Where(one => one.Answer is not null).ToList();
        var ids = known.SelectMany(one => one.Answer!.Delivered.Keys).Distinct().OrderBy(id => id.Length).ThenBy(id => id, StringComparer.Ordinal).ToList();
        var newest = ids.ToDictionary(id => id, id => known.Max(one => one.Answer!.Delivered.GetValueOrDefault(id)));
        printer.Table(
            ["replica", .. ids.Select(id => $"r{id}"), "behind"],
            answers.Select(one => (string[])
            [
                $"{one.Target.Label} {one.Target.Name}",
                .. ids.Select(id => one.Answer is null ? "" : one.Answer.Delivered.GetValueOrDefault(id).ToString(CultureInfo.InvariantCulture)),
                one.Answer is null ? one.Problem! : Behind(one.Answer),
            ]),
            (row, column) => column == row.Count - 1
                ? row[column] == "-" ? "green" : "yellow"
                : column > 0 && row[column] != newest[ids[column - 1]].ToString(CultureInfo.InvariantCulture) ? "yellow" : null);

        string Behind(ClockView clock)
        {
            var gaps = ids.Select(id => (Id: id, Count: newest[id] - clock.Delivered.GetValueOrDefault(id))).Where(gap => gap.Count > 0).ToList();
            return gaps.Count == 0 ? "-" : string.Join(", ", gaps.Select(gap => $"{gap.Count} of r{gap.Id}"));
        }
    }
}
