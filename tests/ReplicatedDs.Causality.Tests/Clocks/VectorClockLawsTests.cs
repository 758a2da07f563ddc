using FsCheck;
using FsCheck.Fluent;
using ReplicatedDs.Causality.Clocks;
using static ReplicatedDs.Causality.Tests.Clocks.GeneratedClocks;

namespace ReplicatedDs.Causality.Tests.Clocks;

/// <summary>The laws of clocks, and each operation against a plain dictionary.</summary>
public class VectorClockLawsTests
{
    [Fact]
    public void Merge_OfAnyClocks_IsCommutativeAssociativeIdempotent() => ForAll((a, b, c) =>
        a.Merge(b).Equals(b.Merge(a)) && a.Merge(b).Merge(c).Equals(a.Merge(b.Merge(c))) && a.Merge(a).Equals(a) && a.Merge(VectorClock.Empty).Equals(a));

    [Fact]
    public void Meet_OfAnyClocks_IsCommutativeAssociativeIdempotent() => ForAll((a, b, c) =>
        a.Meet(b).Equals(b.Meet(a)) && a.Meet(b).Meet(c).Equals(a.Meet(b.Meet(c))) && a.Meet(a).Equals(a) && a.Meet(VectorClock.Empty).Count == 0);

    [Fact]
    public void MergeAndMeet_OfAnyClocks_AbsorbEachOther() => ForAll((a, b, _) => a.Merge(a.Meet(b)).Equals(a) && a.Meet(a.Merge(b)).Equals(a));

    [Fact]
    public void Merge_OfTwoClocks_IsTheSmallestThatCoversBoth() => ForAll((a, b, c) =>
        a.Merge(b).Covers(a) && a.Merge(b).Covers(b) && (!(c.Covers(a) && c.Covers(b)) || c.Covers(a.Merge(b))));

    [Fact]
    public void Meet_OfTwoClocks_IsTheGreatestThatBothCover() => ForAll((a, b, c) =>
        a.Covers(a.Meet(b)) && b.Covers(a.Meet(b)) && (!(a.Covers(c) && b.Covers(c)) || a.Meet(b).Covers(c)));

    [Fact]
    public void Covers_OfAnyClocks_IsAPartialOrder() => ForAll((a, b, c) =>
        a.Covers(a)
        && (!(a.Covers(b) && b.Covers(a)) || a.Equals(b))
        && (!(a.Covers(b) && b.Covers(c)) || a.Covers(c)));

    [Fact]
    public void Equals_OfAnyClocks_AgreesWithHashCodeAndCompareTo() => ForAll((a, b, _) =>
        (!a.Equals(b) || a.GetHashCode() == b.GetHashCode())
        && (a.CompareTo(b) == ClockOrdering.Equal) == a.Equals(b)
        && Mirror(a.CompareTo(b)) == b.CompareTo(a));

    [Fact]
    public void EveryOperation_OnAnyClocks_AgreesWithAPlainDictionary() => Check.QuickThrowOnFailure(Prop.ForAll(Three, three =>
    {
        var (a, b, c) = three;
        var (x, y) = (Clock(a), Clock(b));
        var ids = Enumerable.Range(1, 101).ToList();
        long A(int id) => a.GetValueOrDefault(id);
        long B(int id) => b.GetValueOrDefault(id);
        Dictionary<int, long> Of(Func<int, long> entry) => ids.Where(id => entry(id) > 0).ToDictionary(id => id, entry);
        var changed = c.FirstOrDefault(new KeyValuePair<int, long>(3, 2));
        return Same(Table(x), a)
            && ids.TrueForAll(id => x[new ReplicaId(id)] == A(id))
            && x.Covers(y) == ids.TrueForAll(id => A(id) >= B(id))
            && ids.TrueForAll(id => x.Covers(new Dot(id, 2)) == A(id) >= 2)
            && Same(Table(x.Merge(y)), Of(id => Math.Max(A(id), B(id))))
            && Same(Table(x.Meet(y)), Of(id => Math.Min(A(id), B(id))))
            && Same(Table(x.With(new ReplicaId(changed.Key), changed.Value)), Of(id => id == changed.Key ? changed.Value : A(id)))
            && Same(Table(x.With(new Dot(changed.Key, changed.Value))), Of(id => id == changed.Key ? Math.Max(A(id), changed.Value) : A(id)))
            && Same(Table(x.Without(new ReplicaId(changed.Key))), Of(id => id == changed.Key ? 0 : A(id)))
            && Same(Table(x), a) // the operations left it as it was
            && x.Select(dot => dot.Replica.Value).SequenceEqual(a.Keys.Order());
    }));

    private static void ForAll(Func<VectorClock, VectorClock, VectorClock, bool> law) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(1000),
        Prop.ForAll(Three, three => law(Clock(three.A), Clock(three.B), Clock(three.C))));

    private static ClockOrdering Mirror(ClockOrdering ordering) => ordering switch
    {
        ClockOrdering.Before => ClockOrdering.After,
        ClockOrdering.After => ClockOrdering.Before,
        _ => ordering,
    };
}
