using System.CommandLine;
using ReplicatedDs.Cli.Clusters;
using ReplicatedDs.Cli.Feeds;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Cli.Commands;

internal static class LinkCommand
{
    public static Command Create(Bind bind)
    {
        var command = new Command("link", "The links between replicas: show them, or put a fault on one (lab mode)")
        {
            Fault(bind, "hold", "Keep what FROM writes away from TO, until it is released or healed"),
            Fault(bind, "drop", "Lose what FROM sends to TO"),
            Fault(bind, "delay", "Delay what FROM sends to TO"),
            Fault(bind, "ok", "Take the fault off one link"),
            Release(bind),
            Heal(bind),
        };
        bind(command, ShowAsync);
        return command;
    }

    private static Command Fault(Bind bind, string mode, string description)
    {
        var (from, to) = (End("from"), End("to"));
        var delay = new Option<int>("--ms") { DefaultValueFactory = _ => 1000, HelpName = "milliseconds", Description = "The delay" };
        Arguments.Require(delay, value => value >= 0, "it cannot be negative");
        var jitter = new Option<int>("--jitter") { HelpName = "milliseconds", Description = "A random part on top" };
        Arguments.Require(jitter, value => value >= 0, "it cannot be negative");
        var percent = new Option<int>("--percent") { DefaultValueFactory = _ => 100, HelpName = "1-100", Description = "How much of it" };
        Arguments.Require(percent, value => value is >= 1 and <= 100, "it can be 1 to 100");
        var seconds = new Option<int>("--for") { DefaultValueFactory = _ => 120, HelpName = "seconds", Description = "When it heals by itself" };
        Arguments.Require(seconds, value => value is >= 1 and <= 86_400, "it can be 1 to 86400");
        var command = new Command(mode, description) { from, to };
        foreach (var option in mode switch { "delay" => (Option[])[delay, jitter, seconds], "drop" => [percent, seconds], "hold" => [seconds], _ => [] })
        {
            command.Options.Add(option);
        }

        bind(command, async run =>
        {
            var request = mode switch
            {
                "delay" => new LinkRequest(mode, run.Get(delay), run.Get(jitter), ExpiresSeconds: run.Get(seconds)),
                "drop" => new LinkRequest(mode, DropPercent: run.Get(percent), ExpiresSeconds: run.Get(seconds)),
                "hold" => new LinkRequest(mode, ExpiresSeconds: run.Get(seconds)),
                _ => new LinkRequest(mode),
            };
            var (origin, peer) = await EndsAsync(run, run.Get(from), run.Get(to));
            return Done(run, origin, peer, await (await run.ClientAsync()).At(origin.Http).SetLinkAsync(peer.Id!.Value, request, run.Cancellation));
        });
        return command;
    }

    private static Command Release(Bind bind)
    {
        var (from, to) = (End("from"), End("to"));
        var count = new Option<int>("--count", "-n") { DefaultValueFactory = _ => 1, HelpName = "count", Description = "How many updates" };
        Arguments.Require(count, value => value >= 1, "it has to be at least 1");
        var command = new Command("release", "Let held updates pass") { from, to, count };
        bind(command, async run =>
        {
            var (origin, peer) = await EndsAsync(run, run.Get(from), run.Get(to));
            return Done(run, origin, peer, await (await run.ClientAsync()).At(origin.Http).ReleaseLinkAsync(peer.Id!.Value, run.Get(count), run.Cancellation));
        });
        return command;
    }

    private static Command Heal(Bind bind)
    {
        var command = new Command("heal", "Take the faults off all links");
        bind(command, async run =>
        {
            var answers = await Everyone.AskAsync(run, (operations, cancellation) => operations.HealLinksAsync(cancellation));
            foreach (var one in answers.Where(one => one.Problem is not null))
            {
                run.Printer.Note($"{one.Target.Label}: {one.Problem}");
            }

            if (run.Printer.IsJson)
            {
                run.Printer.Json(answers.Select(one => new { one.Target.Name, replica = one.Target.Id, links = one.Answer, one.Problem }));
            }
            else if (answers.Any(one => one.Answer is not null))
            {
                run.Printer.Line($"The links of {string.Join(", ", answers.Where(one => one.Answer is not null).Select(one => one.Target.Label))} are healed.");
            }

            return answers.All(one => one.Problem is null) ? ExitCodes.Ok : answers.Any(one => one.Problem == "unreachable") ? ExitCodes.Unavailable : ExitCodes.Refused;
        });
        return command;
    }

    private static async Task<int> ShowAsync(Invocation run)
    {
        var answers = await Everyone.AskAsync(run, (operations, cancellation) => operations.LinksAsync(cancellation));
        if (run.Printer.IsJson)
        {
            run.Printer.Json(answers.Select(one => new { one.Target.Name, replica = one.Target.Id, links = one.Answer, one.Problem }));
            return Everyone.ExitCodeOf(answers);
        }

        run.Printer.Table(
            ["from", "to", "mode", "queued", "heals"],
            answers.SelectMany(one => one.Answer is null
                ? [(string[])[one.Target.Label, "", one.Problem!, "", ""]]
                : one.Answer.Select(link => Row(one.Target, link))),
            (row, column) => column == 2 ? row[2] == "ok" ? "green" : "red" : column == 3 && row[3] != "0" ? "yellow" : null);
        return Everyone.ExitCodeOf(answers);
    }

    private static string[] Row(ReplicaTarget from, LinkView link) =>
    [
        from.Label,
        $"r{link.Peer}",
        link.Mode switch
        {
            "delay" => $"delay {link.DelayMs} ms{(link.JitterMs > 0 ? $" + 0-{link.JitterMs}" : "")}",
            "drop" => $"drop {link.DropPercent} %",
            _ => link.Mode,
        },
        $"{link.Queued}",
        link.ExpiresAt is { } expires ? $"in {Times.Span(expires - DateTimeOffset.UtcNow)}" : "",
    ];

    private static Argument<string> End(string name) => new(name) { Description = $"The replica that {(name == "from" ? "sends" : "receives")}: replica-3 or 3" };

    private static async Task<(ReplicaTarget From, ReplicaTarget To)> EndsAsync(Invocation run, string from, string to)
    {
        var cluster = await run.ClusterAsync();
        var (origin, peer) = (cluster.Find(from), cluster.Find(to));
        return origin == peer
            ? throw new RdsException(ExitCodes.BadUsage, $"{origin.Name} has no link to itself.")
            : peer.Id is null ? throw new RdsException(ExitCodes.BadUsage, $"{peer.Name} is a spare; there is no link to it.") : (origin, peer);
    }

    private static int Done(Invocation run, ReplicaTarget from, ReplicaTarget to, IReadOnlyList<LinkView> links)
    {
        if (run.Printer.IsJson)
        {
            run.Printer.Json(links);
        }
        else if (links.FirstOrDefault(link => link.Peer == to.Id) is { } link)
        {
            var row = Row(from, link);
            run.Printer.Line($"{row[0]} → {row[1]}: {row[2]}{(link.Queued > 0 ? $", {link.Queued} queued" : "")}{(row[4].Length > 0 ? $", heals {row[4]}" : "")}");
        }

        return ExitCodes.Ok;
    }
}
