using System.CommandLine;
using System.Text.Json;
using ReplicatedDs.Cli.Shell;

namespace ReplicatedDs.Cli.Commands;

internal static class WhyCommand
{
    public static Command Create(Bind bind)
    {
        var key = Arguments.Key();
        var command = new Command("why", "Where a key's value comes from: its update, what that depends on, what lost to it, who has it") { key };
        bind(command, async run =>
        {
            var why = await (await run.SessionAsync()).WhyAsync(run.Get(key), run.Cancellation);
            if (why is null)
            {
                run.Printer.Note($"'{run.Get(key)}' has no value.");
                return ExitCodes.No;
            }

            if (run.Printer.IsJson)
            {
                run.Printer.Json(why);
                return ExitCodes.Ok;
            }

            run.Printer.Table(["", ""], why.Value.EnumerateObject().Select(member => (string[])[member.Name, Text(member.Value)]));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Text)),
        JsonValueKind.Object => string.Join(' ', value.EnumerateObject().Select(member => $"{member.Name}: {Text(member.Value)}")),
        _ => value.GetRawText(),
    };
}
