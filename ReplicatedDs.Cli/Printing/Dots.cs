using System.Globalization;

namespace ReplicatedDs.Cli.Printing;

/// <summary>What an update waits for, in a line.</summary>
internal static class Dots
{
    private const int ShownMax = 5;

    /// <param name="count">How many there are in all; <c>null</c>: those that are named.</param>
    public static string Some(IReadOnlyList<string> dots, long? count = null)
    {
        var shown = Math.Min(dots.Count, ShownMax);
        var more = (count ?? dots.Count) - shown;
        return string.Join(", ", dots.Take(shown)) + (more > 0 ? string.Create(CultureInfo.InvariantCulture, $" and {more} more") : "");
    }
}
