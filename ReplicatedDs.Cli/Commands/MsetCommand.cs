using System.CommandLine;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Client;

namespace ReplicatedDs.Cli.Commands;

internal static class MsetCommand
{
    public static Command Create(Bind bind)
    {
        var pairs = new Argument<string[]>("key value") { Arity = ArgumentArity.OneOrMore, Description = "Keys, each followed by its value" };
        pairs.Validators.Add(result =>
        {
            if (result.Tokens.Count % 2 != 0)
            {
                result.AddError($"'{result.Tokens[^1].Value}' has no value; each key is followed by its value.");
            }
        });
        var command = new Command("mset", "Write several keys at once: all become visible together, everywhere") { pairs };
        bind(command, async run =>
        {
            var transaction = new Transaction();
            foreach (var pair in run.Get(pairs).Chunk(2))
            {
                transaction.Set(pair[0], pair[1]);
            }

            run.Printer.Written(await (await run.SessionAsync()).CommitAsync(transaction, run.Cancellation));
            return ExitCodes.Ok;
        });
        return command;
    }
}
