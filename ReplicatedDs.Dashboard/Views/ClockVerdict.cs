using System.Globalization;

namespace ReplicatedDs.Dashboard.Views;

/// <summary>How two clocks stand to each other, with the entries that prove it.</summary>
/// <param name="Word"><c>equal</c>, <c>before</c>, <c>after</c> or <c>concurrent</c>: the first as seen from the second.</param>
/// <param name="Sentence">The same with the witnesses, in words.</param>
public sealed record ClockVerdict(string Word, string Sentence)
{
    public static ClockVerdict Compare(string first, IReadOnlyDictionary<int, long> a, string second, IReadOnlyDictionary<int, long> b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var ids = a.Keys.Concat(b.Keys).Distinct().Order().ToList();
        var more = Witnesses(ids, a, b);
        var less = Witnesses(ids, b, a);
        return (more.Length, less.Length) switch
        {
            (0, 0) => new ClockVerdict("equal", $"{first} and {second} have applied the same."),
            (0, _) => new ClockVerdict("before", $"Everything that {first} has, {second} has as well, and more: {less}."),
            (_, 0) => new ClockVerdict("after", $"{first} has everything that {second} has, and more: {more}."),
            _ => new ClockVerdict("concurrent", $"{first} has more ({more}), and so has {second} ({less}): neither knows all of the other."),
        };
    }

    private static string Witnesses(List<int> ids, IReadOnlyDictionary<int, long> a, IReadOnlyDictionary<int, long> b) => string.Join(
        ", ",
        ids.Where(id => a.GetValueOrDefault(id) > b.GetValueOrDefault(id))
            .Select(id => string.Create(CultureInfo.InvariantCulture, $"{a.GetValueOrDefault(id) - b.GetValueOrDefault(id):N0} of r{id}")));
}
