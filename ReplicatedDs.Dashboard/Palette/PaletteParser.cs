using System.Globalization;
using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Palette;

/// <summary>Reads the actions of the command palette. A function of the text and the picture of the cluster.</summary>
internal static class PaletteParser
{
    private const int DelayMax = 10_000;

    /// <summary>How each action is written, and what it does.</summary>
    public static readonly (string Form, string Hint)[] Forms =
    [
        ("write key=value at r1", "writes a value"),
        ("read key at r1", "reads a value"),
        ("kill r1", "ends a replica's process at once"),
        ("stop r1", "lets a replica end"),
        ("restart r1", "starts a replica that is down"),
        ("join", "lets a spare join the cluster"),
        ("hold r1 r3", "holds what r1 writes back from r3"),
        ("delay r1 r3 500", "delays what r1 writes on its way to r3, in milliseconds"),
        ("heal r1 r3", "heals a link"),
        ("heal all", "heals every link"),
        ("partition r1 r2 | r3", "cuts the cluster in two"),
        ("isolate r3", "cuts a replica off"),
    ];

    /// <summary>The action that the text is; <c>null</c>: it begins with no action's word.</summary>
    public static PaletteCommand? Parse(string text, ClusterView view)
    {
        var words = text.Replace("→", " ", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length == 0)
        {
            return null;
        }

        var rest = words[1..];
        return words[0].ToLowerInvariant() switch
        {
            "kill" => One("kill", rest, view, label => $"Kill {label}: its process ends at once"),
            "stop" => One("stop", rest, view, label => $"Stop {label}: its process ends when it has written everything down"),
            "restart" or "start" => One("restart", rest, view, label => $"Start {label} again"),
            "isolate" => One("isolate", rest, view, label => $"Cut {label} off: every link to and from it drops everything"),
            "join" => rest.Length == 0 ? new PaletteCommand("join", [], "Let a spare join the cluster") : Wrong("join", "Nothing follows join."),
            "heal" when rest is ["all"] => new PaletteCommand("heal-all", [], "Heal every link"),
            "heal" => Link("heal", rest, view, (from, to) => $"Heal link {from}→{to}"),
            "hold" => Link("hold", rest, view, (from, to) => $"Hold link {from}→{to} for {LinkActions.Expires.TotalMinutes} minutes"),
            "delay" => Delay(rest, view),
            "partition" => Partition(rest, view),
            "write" => Write(text.TrimStart()[5..].Trim(), view),
            "read" => Read(text.TrimStart()[4..].Trim(), view),
            _ => null,
        };
    }

    private static PaletteCommand Wrong(string verb, string problem) => new(verb, [], "", problem);

    /// <summary>A member by the name that people use, <c>r3</c>, or why it is none.</summary>
    private static (ReplicaPicture? Replica, string? Problem) Find(string word, ClusterView view)
    {
        var found = view.Members.FirstOrDefault(member => member.Label.Equals(word, StringComparison.OrdinalIgnoreCase) || member.Name.Equals(word, StringComparison.OrdinalIgnoreCase));
        return found is null ? (null, $"There is no replica {word}.") : (found, null);
    }

    private static PaletteCommand One(string verb, string[] rest, ClusterView view, Func<string, string> sentence)
    {
        if (rest.Length != 1)
        {
            return Wrong(verb, $"Name one replica, as in {verb} r1.");
        }

        var (replica, problem) = Find(rest[0], view);
        return replica is null ? Wrong(verb, problem!) : new PaletteCommand(verb, [replica.Id!.Value], sentence(replica.Label));
    }

    private static PaletteCommand Link(string verb, string[] rest, ClusterView view, Func<string, string, string> sentence)
    {
        if (rest.Length != 2)
        {
            return Wrong(verb, $"Name the sender and the receiver, as in {verb} r1 r3.");
        }

        var (from, problem) = Find(rest[0], view);
        var (to, other) = Find(rest[1], view);
        return from is null || to is null ? Wrong(verb, problem ?? other!)
            : from == to ? Wrong(verb, $"{from.Label} has no link to itself.")
            : new PaletteCommand(verb, [from.Id!.Value, to.Id!.Value], sentence(from.Label, to.Label));
    }

    private static PaletteCommand Delay(string[] rest, ClusterView view)
    {
        if (rest.Length != 3 || !int.TryParse(rest[2].Replace("ms", "", StringComparison.OrdinalIgnoreCase), NumberStyles.None, CultureInfo.InvariantCulture, out var delay) || delay is 0 or > DelayMax)
        {
            return Wrong("delay", $"Name the link and 1 to {DelayMax} milliseconds, as in delay r1 r3 500.");
        }

        return Link("delay", rest[..2], view, (from, to) => $"Delay link {from}→{to} by {delay} ms for {LinkActions.Expires.TotalMinutes} minutes") with { DelayMs = delay };
    }

    private static PaletteCommand Partition(string[] rest, ClusterView view)
    {
        var sides = string.Join(' ', rest).Split('|');
        var members = view.Members.ToList();
        var named = new List<HashSet<int>>();
        foreach (var side in sides)
        {
            var ids = new HashSet<int>();
            foreach (var word in side.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
            {
                if (Find(word, view) is not ({ } replica, _))
                {
                    return Wrong("partition", $"There is no replica {word}.");
                }

                ids.Add(replica.Id!.Value);
            }

            named.Add(ids);
        }

        var one = named[0];
        if (one.Count == 0 || one.Count == members.Count || named.Count > 2)
        {
            return Wrong("partition", "Name two sides, as in partition r1 r2 | r3.");
        }

        if (named.Count == 2)
        {
            if (members.FirstOrDefault(member => one.Contains(member.Id!.Value) && named[1].Contains(member.Id!.Value)) is { } both)
            {
                return Wrong("partition", $"{both.Label} is on both sides.");
            }

            if (named[1].Count > 0 && members.FirstOrDefault(member => !one.Contains(member.Id!.Value) && !named[1].Contains(member.Id!.Value)) is { } neither)
            {
                return Wrong("partition", $"{neither.Label} is on neither side.");
            }
        }

        return new PaletteCommand("partition", [.. one.Order()], $"Cut {LinkActions.Groups(members, one)}: what crosses is dropped for {LinkActions.Expires.TotalMinutes} minutes");
    }

    private static PaletteCommand Write(string rest, ClusterView view)
    {
        var (what, place) = At(rest);
        var equals = what.IndexOf('=', StringComparison.Ordinal);
        if (place is null || equals <= 0)
        {
            return Wrong("write", "Name key, value and replica, as in write x=1 at r2.");
        }

        var (key, value) = (what[..equals].Trim(), what[(equals + 1)..].Trim());
        return Find(place, view) is ({ } replica, _)
            ? new PaletteCommand("write", [replica.Id!.Value], $"Write {key} = {value} at {replica.Label}") { Key = key, Value = value }
            : Wrong("write", $"There is no replica {place}.");
    }

    private static PaletteCommand Read(string rest, ClusterView view)
    {
        var (key, place) = At(rest);
        if (place is null || key.Length == 0)
        {
            return Wrong("read", "Name key and replica, as in read x at r2.");
        }

        return Find(place, view) is ({ } replica, _)
            ? new PaletteCommand("read", [replica.Id!.Value], $"Read {key} at {replica.Label}") { Key = key }
            : Wrong("read", $"There is no replica {place}.");
    }

    /// <summary>What stands before the last <c>at</c>, and the word behind it: a value may hold the word itself.</summary>
    private static (string What, string? Place) At(string rest)
    {
        var at = rest.LastIndexOf(" at ", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? (rest.Trim(), null) : (rest[..at].Trim(), rest[(at + 4)..].Trim());
    }
}
