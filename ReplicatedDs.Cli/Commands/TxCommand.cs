using System.CommandLine;
using System.Globalization;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Client;

namespace ReplicatedDs.Cli.Commands;

internal static class TxCommand
{
    public static Command Create(Bind bind)
    {
        var condition = Repeated("--if", "key=dot", "Only if the key still has this version; KEY= for a key without a value");
        var set = Repeated("--set", "key=value", "Write a key");
        var delete = Repeated("--del", "key", "Delete a key");
        var increment = Repeated("--incr", "key=by", "Add to a counter");
        var add = Repeated("--add", "key=member", "Add a member to a set");
        var remove = Repeated("--remove", "key=member", "Remove a member from a set");
        var command = new Command("tx", "A transaction: all of it or nothing, visible at once everywhere. Each option may be repeated")
        {
            condition, set, delete, increment, add, remove,
        };
        bind(command, async run =>
        {
            var transaction = new Transaction();
            foreach (var (key, text) in Pairs(run, condition))
            {
                if (text.Length == 0)
                {
                    transaction.RequireAbsent(key);
                }
                else
                {
                    transaction.RequireUnchanged(key, Arguments.TryParseDot(text, out var dot) ? dot : throw Bad($"'{text}' is not a dot such as 2#17."));
                }
            }

            foreach (var (key, value) in Pairs(run, set))
            {
                transaction.Set(key, value);
            }

            foreach (var key in run.Get(delete) ?? [])
            {
                transaction.Delete(key);
            }

            foreach (var (key, by) in Pairs(run, increment))
            {
                transaction.Increment(
                    key,
                    long.TryParse(by, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Bad($"'{by}' is not a whole number."));
            }

            foreach (var (key, member) in Pairs(run, add))
            {
                transaction.Add(key, member);
            }

            foreach (var (key, member) in Pairs(run, remove))
            {
                transaction.Remove(key, member);
            }

            if (transaction.Count == 0)
            {
                throw Bad("The transaction has no writes; 'rds tx --help' lists them.");
            }

            run.Printer.Written(await (await run.SessionAsync()).CommitAsync(transaction, run.Cancellation));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Option<string[]> Repeated(string name, string help, string description) => new(name) { HelpName = help, Description = description };

    private static IEnumerable<(string Key, string Text)> Pairs(Invocation run, Option<string[]> option)
    {
        foreach (var pair in run.Get(option) ?? [])
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            yield return at > 0 ? (pair[..at], pair[(at + 1)..]) : throw Bad($"'{pair}' of {option.Name} is not {option.HelpName}.");
        }
    }

    private static RdsException Bad(string sentence) => new(ExitCodes.BadUsage, sentence);
}
