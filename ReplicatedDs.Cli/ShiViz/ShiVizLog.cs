using System.Globalization;
using System.Text;

namespace ReplicatedDs.Cli.ShiViz;

/// <summary>
/// Writes a log for ShiViz: its first line is the regular expression that reads it, the second separates executions. ShiViz wants clocks that count
/// every event of a host without a hole, so the store's clocks will not do: an event clock is kept here. It takes over the writer's clock at the
/// apply, which is when the update becomes part of the replica's past; taken over at the arrival, the arrow of a late cause would vanish.
/// </summary>
internal static class ShiVizLog
{
    // Without an escaped parenthesis: ShiViz rewrites every one it sees.
    public const string Parser = @"(?<time>\S*) (?<host>\S*) (?<type>\w*) key=(?<key>\S*) dot=(?<dot>\S*) trace=(?<traceid>\S*) (?<clock>{.*}) (?<event>.*)";
    public const string Delimiter = "=== (?<trace>.*) ===";

    /// <param name="executions">Each with a label of its own.</param>
    public static void Write(TextWriter writer, IReadOnlyList<(string Label, IReadOnlyList<ShiVizEvent> Events)> executions)
    {
        writer.Write($"{Parser}\n{Delimiter}\n");
        foreach (var (label, events) in executions)
        {
            writer.Write($"=== {label} ===\n");
            foreach (var (one, clock, text) in Clocked(events))
            {
                var time = DateTime.UnixEpoch.AddMicroseconds(one.UnixMicroseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
                writer.Write($"{time} {one.Host} {one.Type} key={one.Keys} dot={one.Dot} trace={one.Trace} {clock} {text}\n");
            }
        }
    }

    /// <summary>In the two-line form that ShiViz reads without a parser; one execution only.</summary>
    public static void WritePlain(TextWriter writer, IReadOnlyList<ShiVizEvent> events)
    {
        writer.Write("\n\n");
        foreach (var (one, clock, text) in Clocked(events))
        {
            writer.Write($"{text}\n{one.Host} {clock}\n");
        }
    }

    private static IEnumerable<(ShiVizEvent Event, string Clock, string Text)> Clocked(IReadOnlyList<ShiVizEvent> events)
    {
        var clocks = new Dictionary<string, SortedDictionary<string, int>>(StringComparer.Ordinal);
        var writes = new Dictionary<string, SortedDictionary<string, int>>(StringComparer.Ordinal);
        foreach (var one in events)
        {
            if (!clocks.TryGetValue(one.Host, out var clock))
            {
                clocks[one.Host] = clock = new SortedDictionary<string, int>(StringComparer.Ordinal);
            }

            clock[one.Host] = clock.GetValueOrDefault(one.Host) + 1;
            var text = one.Text;
            if (one.Cause is { } cause)
            {
                if (writes.TryGetValue($"r{cause}", out var written))
                {
                    foreach (var (host, count) in written)
                    {
                        clock[host] = Math.Max(clock.GetValueOrDefault(host), count);
                    }
                }
                else
                {
                    text += " [cause before this log]";
                }
            }

            if (one.Type == "WRITE")
            {
                writes[one.Dot] = new SortedDictionary<string, int>(clock, StringComparer.Ordinal);
            }

            yield return (one, Text(clock), text);
        }
    }

    private static string Text(SortedDictionary<string, int> clock)
    {
        var text = new StringBuilder("{");
        foreach (var (host, count) in clock)
        {
            text.Append(text.Length > 1 ? "," : "").Append(CultureInfo.InvariantCulture, $"\"{host}\":{count}");
        }

        return text.Append('}').ToString();
    }
}
