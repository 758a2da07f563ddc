using System.CommandLine;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Cli.Shell;

namespace ReplicatedDs.Cli.Commands;

internal static class GetCommand
{
    public static Command Create(Bind bind)
    {
        var key = Arguments.Key();
        var siblings = new Option<bool>("--siblings") { Description = "Show every version that concurrent writes left" };
        var command = new Command("get", "Print a key's value") { key, siblings };
        bind(command, run => run.Get(siblings) ? SiblingsAsync(run, run.Get(key)) : ValueAsync(run, run.Get(key)));
        return command;
    }

    private static async Task<int> ValueAsync(Invocation run, string key)
    {
        var session = await run.SessionAsync();
        if (await session.GetAsync(key, run.Cancellation) is not { } entry)
        {
            return Absent(run, key);
        }

        if (run.Printer.IsJson)
        {
            run.Printer.Json(EntryJson.Of(entry));
            return ExitCodes.Ok;
        }

        run.Printer.Bytes(entry.Value);
        if (run.Printer.IsTerminal)
        {
            run.Printer.Note($"{entry.Dot}{(entry.Siblings > 1 ? $", the winner of {entry.Siblings} siblings: --siblings shows all" : "")}");
        }

        return ExitCodes.Ok;
    }

    private static async Task<int> SiblingsAsync(Invocation run, string key)
    {
        var siblings = await (await run.SessionAsync()).GetSiblingsAsync(key, run.Cancellation);
        if (siblings.Count == 0)
        {
            return Absent(run, key);
        }

        if (run.Printer.IsJson)
        {
            run.Printer.Json(new { key, siblings });
            return ExitCodes.Ok;
        }

        run.Printer.Table(
            ["dot", "written", "type", "value"],
            siblings.Select(one => (string[])
            [
                one.Dot,
                Times.Of(DateTimeOffset.FromUnixTimeMilliseconds(one.TimestampMs)),
                one.ContentType ?? "",
                one.Deleted ? "(deleted)" : one.Encoding == "base64" ? Printer.Shown(Convert.FromBase64String(one.Value ?? "")) : one.Value ?? "",
            ]),
            (row, column) => column == 0 ? row[0] == siblings[0].Dot ? "green" : "yellow" : null);
        return ExitCodes.Ok;
    }

    private static int Absent(Invocation run, string key)
    {
        if (run.Printer.IsJson)
        {
            run.Printer.Json(null);
        }
        else
        {
            run.Printer.Note($"'{key}' has no value.");
        }

        return ExitCodes.No;
    }
}
