using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>Clocks as they travel in JSON.</summary>
internal static class ClockText
{
    /// <summary>The same text for equal clocks.</summary>
    public static string Of(IReadOnlyDictionary<string, long> clock) =>
        string.Join(' ', clock.Where(entry => entry.Value > 0).OrderBy(entry => entry.Key.Length).ThenBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}#{entry.Value}"));

    public static bool Covers(IReadOnlyDictionary<string, long> clock, string dot)
    {
        var (replica, counter) = Parse(dot);
        return clock.GetValueOrDefault($"{replica}") >= counter;
    }

    public static Dot Parse(string dot) => Dot.TryParse(dot, out var parsed) ? parsed : throw new FormatException($"'{dot}' is not a dot such as 2#17.");
}
