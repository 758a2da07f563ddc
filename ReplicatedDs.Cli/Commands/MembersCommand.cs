using System.CommandLine;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Client;

namespace ReplicatedDs.Cli.Commands;

internal static class MembersCommand
{
    public static Command Create(Bind bind)
    {
        var key = Arguments.Key();
        var add = new Option<string[]>("--add") { HelpName = "member", Description = "Add a member; may be repeated" };
        var remove = new Option<string[]>("--remove") { HelpName = "member", Description = "Remove a member; may be repeated" };
        var command = new Command("members", "Print the members of a set, or change them") { key, add, remove };
        bind(command, async run =>
        {
            var session = await run.SessionAsync();
            var added = run.Get(add) ?? [];
            var removed = run.Get(remove) ?? [];
            if (added.Length + removed.Length > 0)
            {
                run.Printer.Written(await ChangeAsync(session, run.Get(key), added, removed, run.Cancellation));
                return ExitCodes.Ok;
            }

            var members = await session.GetMembersAsync(run.Get(key), run.Cancellation);
            if (run.Printer.IsJson)
            {
                run.Printer.Json(members);
                return ExitCodes.Ok;
            }

            foreach (var member in members)
            {
                run.Printer.Line(member);
            }

            if (members.Count == 0)
            {
                run.Printer.Note("The set is empty.");
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>Several changes are one transaction.</summary>
    private static Task<Written> ChangeAsync(CausalSession session, string key, string[] added, string[] removed, CancellationToken cancellation)
    {
        switch (added, removed)
        {
            case ([var one], []):
                return session.AddMemberAsync(key, one, cancellation);
            case ([], [var one]):
                return session.RemoveMemberAsync(key, one, cancellation);
            default:
                var transaction = new Transaction();
                foreach (var member in removed)
                {
                    transaction.Remove(key, member);
                }

                foreach (var member in added)
                {
                    transaction.Add(key, member);
                }

                return session.CommitAsync(transaction, cancellation);
        }
    }
}
