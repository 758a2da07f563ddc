using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.History;
using ReplicatedDs.Dashboard.Otlp.Store;
using ReplicatedDs.Dashboard.Otlp.Updates;

namespace ReplicatedDs.Dashboard.Palette;

/// <summary>What the command palette offers for a text: pages, replicas, keys, updates, traces and actions.</summary>
internal sealed class PaletteSearch(ClusterStore store, UpdateIndex updates, TraceStore traces)
{
    public const int EntriesMax = 12;

    private const int OfOneKindMax = 5;
    private const int TraceLengthMin = 4;

    private static readonly (string Name, string Address, string Hint)[] Pages =
    [
        ("Cluster", "/", "who runs and who is cut off"),
        ("Causality", "/causality", "what happened before what"),
        ("Clocks", "/clocks", "how many writes each replica has"),
        ("Pending", "/pending", "what waits and why"),
        ("Keys", "/keys", "what each replica answers"),
        ("Traces", "/traces", "one update across the replicas"),
        ("Metrics", "/metrics", "how long, how many, how far behind"),
        ("Events", "/events", "everything that was reported"),
        ("Scenario", "/scenario", "see it happen"),
    ];

    public IReadOnlyList<PaletteEntry> Suggest(string text)
    {
        text = text.Trim();
        if (text.Length == 0)
        {
            return [.. Pages.Select(Page)];
        }

        var view = store.Current;
        var entries = new List<PaletteEntry>();
        if (PaletteParser.Parse(text, view) is { } command)
        {
            entries.Add(new PaletteEntry("action", text, command.Problem is null ? command.Sentence : "", null, command.Problem));
        }

        entries.AddRange(PaletteParser.Forms.Where(form => IsBegun(form.Form, text)).Take(OfOneKindMax).Select(form => new PaletteEntry("action", form.Form, form.Hint, null, "Fill it in.")));
        entries.AddRange(Pages.Where(page => page.Name.Contains(text, StringComparison.OrdinalIgnoreCase)).Select(Page));
        foreach (var member in view.Members.Where(member => member.Label.Equals(text, StringComparison.OrdinalIgnoreCase) || member.Name.Contains(text, StringComparison.OrdinalIgnoreCase)).Take(OfOneKindMax))
        {
            entries.Add(new PaletteEntry("replica", member.Label, $"{member.Name}, {member.State}: its details", $"/?focus={member.Name}"));
            entries.Add(new PaletteEntry("replica", member.Label, "its events", $"/events?q=replica:{member.Label}"));
        }

        if (text.Contains('#', StringComparison.Ordinal) && Dot.TryParse(text.TrimStart('r', 'R'), out var dot))
        {
            var name = dot.ToString();
            var update = updates.Find(name);
            var keys = update is { Keys.IsEmpty: false } ? $" ({string.Join(", ", update.Keys.Take(3))})" : "";
            entries.Add(new PaletteEntry("update", $"r{name}", $"its write in Causality{keys}", $"/causality?focus=r{dot.Replica.Value}:Write:{Uri.EscapeDataString(name)}"));
            entries.Add(new PaletteEntry("update", $"r{name}", "everything about it, and what waited for it", $"/events?q={Uri.EscapeDataString("dot:r" + name)}"));
            if (update?.TraceId is { } trace)
            {
                entries.Add(new PaletteEntry("update", $"r{name}", "its trace", $"/traces/{trace}"));
            }
        }

        foreach (var key in updates.Keys(text, OfOneKindMax))
        {
            entries.Add(new PaletteEntry("key", key, "the key at every replica", $"/keys?key={Uri.EscapeDataString(key)}"));
            entries.Add(new PaletteEntry("key", key, "followed in Causality", $"/causality?follow={Uri.EscapeDataString("key:" + key)}"));
        }

        if (text.Length >= TraceLengthMin && text.All(char.IsAsciiHexDigit))
        {
            entries.AddRange(traces.Updates().Where(update => update.TraceId.StartsWith(text, StringComparison.OrdinalIgnoreCase)).DistinctBy(update => update.TraceId).Take(OfOneKindMax)
                .Select(update => new PaletteEntry("trace", update.TraceId, $"write of {TraceWords.Named(update)}", $"/traces/{update.TraceId}")));
        }

        return [.. entries.Take(EntriesMax)];
    }

    private static PaletteEntry Page((string Name, string Address, string Hint) page) => new("page", page.Name, page.Hint, page.Address);

    /// <summary>The text is the beginning of an action, and not yet one whole.</summary>
    private static bool IsBegun(string form, string text) => form.Split(' ')[0].StartsWith(text, StringComparison.OrdinalIgnoreCase) && form != text;
}
