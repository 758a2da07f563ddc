using FsCheck;
using FsCheck.Fluent;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Tests.Clocks;

/// <summary>Generated clocks, with the same content as a plain dictionary to compare against.</summary>
internal static class GeneratedClocks
{
    private static readonly Gen<(int Id, int Counter)> Entry =
        from id in Gen.Choose(1, 6)
        from counter in Gen.Choose(0, 4)
        select (id, counter);

    // Now and then more entries than the linear scan is for.
    private static readonly Gen<(int Id, int Counter)> WideEntry =
        from id in Gen.Choose(1, 100)
        from counter in Gen.Choose(0, 3)
        select (id, counter);

    public static Gen<Dictionary<int, long>> Tables { get; } = Gen.Frequency((4, Entry.ArrayOf()), (1, WideEntry.ArrayOf(70))).Select(ToTable);

    public static Arbitrary<(Dictionary<int, long> A, Dictionary<int, long> B, Dictionary<int, long> C)> Three { get; } =
        Tables.Three().Select(tables => (tables.Item1, tables.Item2, tables.Item3)).ToArbitrary();

    public static VectorClock Clock(Dictionary<int, long> table) => VectorClock.From(table.Reverse().Select(entry => new Dot(entry.Key, entry.Value)));

    public static Dictionary<int, long> Table(VectorClock clock) => clock.ToDictionary(dot => dot.Replica.Value, dot => dot.Counter);

    public static bool Same(Dictionary<int, long> left, Dictionary<int, long> right) =>
        left.Count == right.Count && left.All(entry => right.TryGetValue(entry.Key, out var other) && other == entry.Value);

    private static Dictionary<int, long> ToTable((int Id, int Counter)[] entries) => entries
        .GroupBy(entry => entry.Id)
        .Where(group => group.Max(entry => entry.Counter) > 0)
        .ToDictionary(group => group.Key, group => (long)group.Max(entry => entry.Counter));
}
