using System.Globalization;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Dashboard.History;

/// <summary>
/// Which events are listed: words such as <c>replica:r3 kind:buffer key:cart dot:r1#5 trace:77aa prevented</c>, all of which must hold. A
/// word without a colon is a part of a key.
/// </summary>
internal sealed class EventFilter
{
    private static readonly string[] Kinds =
    [
        "Write", "Send", "Arrive", "Buffer", "Apply", "Read", "Drop", "Duplicate", "Join", "Leave", "Kill", "Stop", "Restart", "LinkChanged", "SiblingMade", "SiblingResolved", "Stable", "Thinned", "Whole", "Gap",
    ];

    private readonly List<Func<EventView, bool>> _conditions = [];

    private EventFilter(string text) => Text = text;

    public string Text { get; }

    /// <summary>What could not be used, in one sentence.</summary>
    public string? Problem { get; private set; }

    public bool IsEmpty => _conditions.Count == 0;

    public static EventFilter Parse(string? text)
    {
        var filter = new EventFilter(text?.Trim() ?? "");
        var problems = new List<string>();
        foreach (var word in filter.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (filter.Add(word) is { } problem)
            {
                problems.Add(problem);
            }
        }

        filter.Problem = problems.Count == 0 ? null : $"A part of the filter is left out: {string.Join("; ", problems)}.";
        return filter;
    }

    public bool Matches(EventView one)
    {
        foreach (var condition in _conditions)
        {
            if (!condition(one))
            {
                return false;
            }
        }

        return true;
    }

    private string? Add(string word)
    {
        var colon = word.IndexOf(':', StringComparison.Ordinal);
        var (name, value) = colon < 0 ? ("", word) : (word[..colon].ToLowerInvariant(), word[(colon + 1)..]);
        switch (name)
        {
            case "" when word.Equals("prevented", StringComparison.OrdinalIgnoreCase):
                _conditions.Add(one => one.WouldBeVisible);
                return null;
            case "":
                _conditions.Add(one => one.Keys.Any(key => key.Contains(value, StringComparison.Ordinal)));
                return null;
            case "key":
                _conditions.Add(one => one.Keys.Contains(value));
                return null;
            case "replica" when Id(value) is { } id:
                _conditions.Add(one => one.Replica == id);
                return null;
            case "peer" when Id(value) is { } id:
                _conditions.Add(one => one.Peer == id);
                return null;
            case "dot":
                var dot = value.TrimStart('r');
                _conditions.Add(one => one.Dot == dot || one.Missing.Contains(dot));
                return null;
            case "trace":
                _conditions.Add(one => one.TraceId?.StartsWith(value, StringComparison.OrdinalIgnoreCase) == true);
                return null;
            case "kind":
                var wanted = value.Split(',', StringSplitOptions.RemoveEmptyEntries);
                if (wanted.FirstOrDefault(kind => !Kinds.Contains(kind, StringComparer.OrdinalIgnoreCase)) is { } unknown || wanted.Length == 0)
                {
                    return $"'{value}' is no kind of event";
                }

                _conditions.Add(one => wanted.Contains(one.Kind, StringComparer.OrdinalIgnoreCase));
                return null;
            default:
                return $"'{word}' is not understood";
        }
    }

    private static int? Id(string text) => int.TryParse(text.TrimStart('r'), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0 ? id : null;
}
