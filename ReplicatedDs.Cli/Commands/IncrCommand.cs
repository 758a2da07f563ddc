using System.CommandLine;
using System.Globalization;
using ReplicatedDs.Cli.Shell;

namespace ReplicatedDs.Cli.Commands;

internal static class IncrCommand
{
    public static Command Create(Bind bind)
    {
        var key = Arguments.Key();
        var by = new Argument<long>("by") { DefaultValueFactory = _ => 1, Description = "How much to add; may be negative" };
        var command = new Command("incr", "Add to a counter; prints its value afterwards") { key, by };
        bind(command, async run =>
        {
            var session = await run.SessionAsync();
            var counted = await session.IncrementAsync(run.Get(key), run.Get(by), run.Cancellation);
            if (run.Printer.IsJson)
            {
                run.Printer.Json(new
                {
                    counted.Value,
                    dot = counted.Dot.ToString(),
                    clock = counted.Clock.ToDictionary(entry => entry.Replica.ToString(), entry => entry.Counter),
                });
            }
            else
            {
                run.Printer.Line(counted.Value.ToString(CultureInfo.InvariantCulture));
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}
