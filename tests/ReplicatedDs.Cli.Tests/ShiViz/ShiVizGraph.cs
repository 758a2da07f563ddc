using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ReplicatedDs.Cli.Tests.ShiViz;

/// <summary>
/// Reads a log as ShiViz does: its upload layout, its expressions, and the rules by which it refuses a log. Written from what ShiViz accepts, not from
/// our writer.
/// </summary>
internal sealed class ShiVizGraph
{
    private static readonly string[] Mandatory = ["host", "clock", "event"];

    private const string DefaultParser = @"(?<event>.*)\n(?<host>\S*) (?<clock>{.*})";

    private ShiVizGraph(string label, IReadOnlyList<Event> events)
    {
        Label = label;
        Events = events;
    }

    public string Label { get; }

    public IReadOnlyList<Event> Events { get; }

    /// <exception cref="FormatException">ShiViz would show an error box.</exception>
    public static IReadOnlyList<ShiVizGraph> Read(string file)
    {
        var lines = file.Split('\n', 3);
        if (lines.Length < 3)
        {
            throw new FormatException("Line 1 is the parser, line 2 the delimiter, then the log.");
        }

        // A line that is not empty is wrapped; the default parser is not.
        var parser = lines[0].Length == 0 ? Compile(DefaultParser, false) : Compile(lines[0], true);
        var missing = Mandatory.Except(parser.GetGroupNames()).ToList();
        if (missing.Count > 0)
        {
            throw new FormatException($"The parser has no group {string.Join(", ", missing)}.");
        }

        var graphs = new List<ShiVizGraph>();
        foreach (var (label, log) in Executions(lines[1], lines[2]))
        {
            graphs.Add(new ShiVizGraph(label, Check(Parse(parser, log))));
        }

        if (graphs.Select(graph => graph.Label).Distinct().Count() != graphs.Count)
        {
            throw new FormatException("Two executions have one label.");
        }

        return graphs;
    }

    /// <summary>The arrows that ShiViz draws between hosts: happened-before without what follows from other arrows.</summary>
    public IEnumerable<(Event From, Event To)> Arrows() =>
        from to in Events
        from @from in Events
        where @from.Host != to.Host && Precedes(@from, to)
        where !Events.Any(between => between != @from && between != to && Precedes(@from, between) && Precedes(between, to))
        select (@from, to);

    public static bool Precedes(Event left, Event right) => left != right && right.Clock.GetValueOrDefault(left.Host) >= left.Number;

    private static Regex Compile(string expression, bool isWrapped)
    {
        // ShiViz' shim for named groups rewrites every parenthesis, escaped or not.
        if (expression.Contains(@"\(", StringComparison.Ordinal))
        {
            throw new FormatException($"An escaped parenthesis breaks ShiViz: {expression}");
        }

        var names = Regex.Matches(expression, @"\(\?<(?<name>[^>]*)>").Select(match => match.Groups["name"].Value).ToList();
        if (names.Distinct().Count() != names.Count || names.Any(name => !Regex.IsMatch(name, @"^\w+$")))
        {
            throw new FormatException($"The names of groups must be unique words: {string.Join(", ", names)}");
        }

        return new Regex(isWrapped ? $"^{expression}$" : expression, RegexOptions.Multiline);
    }

    private static IEnumerable<(string Label, string Log)> Executions(string delimiter, string log)
    {
        if (delimiter.Length == 0)
        {
            return [("", log)];
        }

        var matches = Compile(delimiter, true).Matches(log);
        return matches.Select((match, i) => (
            match.Groups["trace"].Value,
            log[(match.Index + match.Length)..(i + 1 < matches.Count ? matches[i + 1].Index : log.Length)]));
    }

    private static List<Event> Parse(Regex parser, string log)
    {
        var events = new List<Event>();
        var read = 0;
        foreach (Match match in parser.Matches(log))
        {
            if (log[read..match.Index].Trim().Length > 0)
            {
                throw new FormatException($"This is not read: {log[read..match.Index]}");
            }

            read = match.Index + match.Length;
            var host = match.Groups["host"].Value;
            var clock = JsonSerializer.Deserialize<Dictionary<string, int>>(match.Groups["clock"].Value)!.Where(entry => entry.Value != 0).ToDictionary();
            if (!clock.TryGetValue(host, out var number))
            {
                throw new FormatException($"{host} is not in its own clock: {match.Value}");
            }

            events.Add(new Event(host, number, clock, match.Groups["event"].Value, match));
        }

        if (log[read..].Trim().Length > 0)
        {
            throw new FormatException($"This is not read: {log[read..]}");
        }

        return events;
    }

    private static List<Event> Check(List<Event> events)
    {
        var counts = new Dictionary<string, int>();
        foreach (var host in events.GroupBy(one => one.Host))
        {
            var numbers = host.Select(one => one.Number).Order().ToList();
            if (!numbers.SequenceEqual(Enumerable.Range(1, numbers.Count)))
            {
                throw new FormatException($"The entries of {host.Key} have a hole or a repetition: {string.Join(' ', numbers)}");
            }

            counts[host.Key] = numbers.Count;
        }

        foreach (var one in events)
        {
            foreach (var (host, number) in one.Clock)
            {
                if (!counts.TryGetValue(host, out var count) || number < 1 || number > count)
                {
                    throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{host}:{number} in the clock of '{one.Text}' names no event."));
                }
            }
        }

        return events;
    }

    /// <param name="Number">Its own entry in its clock.</param>
    internal sealed record Event(string Host, int Number, IReadOnlyDictionary<string, int> Clock, string Text, Match Match)
    {
        public string Field(string name) => Match.Groups[name].Value;

        public override string ToString() => $"{Host}:{Number} {Text}";
    }
}
