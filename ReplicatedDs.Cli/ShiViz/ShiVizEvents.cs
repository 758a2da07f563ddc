using ReplicatedDs.Cli.Feeds;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Cli.ShiViz;

/// <summary>Puts a cluster's events into ShiViz' terms.</summary>
internal static class ShiVizEvents
{
    private const string None = "-";

    /// <summary>What happened. An update is in a replica's past from its apply on, not from its arrival: waiting is a local event.</summary>
    public static List<ShiVizEvent> AsItRan(IEnumerable<EventView> events) => [.. events.Select(one => one.Kind switch
    {
        EventKinds.Write => Event(one, "WRITE", $"WRITE {Keys(one)} ({Dot(one.Dot)}{Needs(one)})", null),
        EventKinds.Apply => Event(one, "APPLY", $"APPLY {Keys(one)} ({Dot(one.Dot)})", one.Dot),
        EventKinds.Buffer => Event(one, "BUFFER", $"BUFFER {Keys(one)} ({Dot(one.Dot)}): waiting for {Dots(one.Missing)}", null),
        EventKinds.Read => Event(one, "READ", $"READ {Keys(one)}{(one.Dot is null ? ": nothing there" : $" -> {Dot(one.Dot)}")}", null),
        EventKinds.Drop => Event(one, "DROP", $"DROP {Keys(one)} ({Dot(one.Dot)}): {one.Detail ?? "lost"}", null),
        EventKinds.LinkChanged => Event(one, "LINK", $"LINK to r{one.Peer}: {one.Detail ?? "changed"}", null),
        EventKinds.Restart => Event(one, "RESTART", $"RESTART {one.Detail}".TrimEnd(), null),
        EventKinds.Join => Event(one, "JOIN", $"JOIN r{one.Peer} {one.Detail}".TrimEnd(), null),
        EventKinds.Leave => Event(one, "LEAVE", $"LEAVE r{one.Peer} {one.Detail}".TrimEnd(), null),
        _ => null,
    }).OfType<ShiVizEvent>()];

    /// <summary>
    /// What a store would have done that applies on arrival: the same, with each waiting update applied before its cause, the cause after it, and
    /// reads in between that see it. Empty if nothing had to wait.
    /// </summary>
    public static List<ShiVizEvent> Counterfactual(IEnumerable<EventView> events)
    {
        var early = new Dictionary<(int Replica, string Dot), EventView>();
        var late = new HashSet<(int Replica, string Dot)>();
        var changed = new List<ShiVizEvent>();
        foreach (var one in events)
        {
            var key = (one.Replica, one.Dot ?? "");
            if (one is { Kind: EventKinds.Buffer, WouldBeVisible: true, Dot: { } dot } && early.TryAdd(key, one))
            {
                changed.Add(Event(one, "VIOLATION", $"APPLY {Keys(one)} ({Dot(dot)}) BEFORE its cause {Dots(one.Missing)}", dot));
                late.UnionWith(one.Missing.Select(missing => (one.Replica, missing)));
            }
            else if (one.Kind == EventKinds.Apply && early.TryGetValue(key, out var applied))
            {
                early[key] = applied with { Keys = [] }; // it was there before; from now on reads need no correction
            }
            else if (one.Kind == EventKinds.Read && early.Values.LastOrDefault(waits => waits.Replica == one.Replica && waits.Keys.Intersect(one.Keys).Any()) is { } seen)
            {
                changed.Add(Event(one with { Dot = seen.Dot }, "READ", $"READ {Keys(one)} -> {Dot(seen.Dot)} BEFORE its cause", null));
            }
            else
            {
                changed.AddRange(AsItRan([one]).Select(same => one.Kind == EventKinds.Apply && late.Contains(key) ? same with { Text = $"{same.Text} too late" } : same));
            }
        }

        return early.Count == 0 ? [] : changed;
    }

    private static ShiVizEvent Event(EventView one, string type, string text, string? cause) => new(
        $"r{one.Replica}", one.T, type, Field(string.Join(',', one.Keys)), Field(Dot(one.Dot)), Field(one.TraceId ?? ""), Sanitise(text), cause);

    private static string Needs(EventView one) => one.Deps.Count == 0 ? "" : $", needs {string.Join(' ', one.Deps.Select(entry => $"r{entry.Key}#{entry.Value}"))}";

    private static string Keys(EventView one) => one.Keys.Count == 0 ? "(membership)" : string.Join(", ", one.Keys);

    private static string Dot(string? dot) => dot is null ? "" : $"r{dot}";

    private static string Dots(IReadOnlyList<string> dots) => dots.Count == 0 ? "its causes" : string.Join(' ', dots.Take(10).Select(dot => Dot(dot)));

    /// <summary>A field has no blanks; percent-encoding keeps it readable and searchable.</summary>
    private static string Field(string text) => text.Length == 0 ? None : string.Concat(text.Select(c =>
        c is '%' || char.IsWhiteSpace(c) || char.IsControl(c) || char.IsSurrogate(c) ? Uri.EscapeDataString(char.IsSurrogate(c) ? "\ufffd" : c.ToString()) : c.ToString()));

    /// <summary>Without line breaks, of whichever kind JavaScript knows, and without braces: the parser takes everything up to the last one for the clock.</summary>
    private static string Sanitise(string text) => string.Concat(text.Select(c => c switch
    {
        '{' => '(',
        '}' => ')',
        '\u2028' or '\u2029' => ' ',
        _ => char.IsControl(c) ? ' ' : c,
    }));
}
