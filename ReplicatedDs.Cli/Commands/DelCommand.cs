using System.CommandLine;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Cli.Shell;

namespace ReplicatedDs.Cli.Commands;

internal static class DelCommand
{
    public static Command Create(Bind bind)
    {
        var key = Arguments.Key();
        var ifMatch = Arguments.IfMatch();
        var command = new Command("del", "Delete a key; deleting what is not there is no error") { key, ifMatch };
        bind(command, async run =>
        {
            var session = await run.SessionAsync();
            run.Printer.Written(await session.DeleteAsync(run.Get(key), Arguments.ToCondition(run.Get(ifMatch), false), run.Cancellation));
            return ExitCodes.Ok;
        });
        return command;
    }
}
