using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Values;

/// <summary>
/// The increments of a key that no set or delete supersedes, by origin. Immutable. An increment stays apart from the others until it is
/// stable, since a concurrent set or delete may have seen some of its origin's increments and not the rest.
/// </summary>
/// <remarks>As the resettable counters of Baquero, Almeida and Lerche, "The Problem with Embedded CRDT Counters" (PaPoC 2016).</remarks>
public sealed class Counter
{
    // Invariant: not empty, ascending by origin, none of them empty.
    private readonly ImmutableArray<OriginCount> _origins;

    private Counter(ImmutableArray<OriginCount> origins)
    {
        _origins = origins;
        foreach (var origin in origins)
        {
            Sum += origin.Sum;
            HasOpen |= !origin.Open.IsEmpty;
        }
    }

    public ImmutableArray<OriginCount> Origins => _origins;

    /// <summary>Of all increments.</summary>
    public Int128 Sum { get; }

    /// <summary>Whether an increment is not in its base yet.</summary>
    public bool HasOpen { get; }

    /// <exception cref="ArgumentException">The origins do not ascend.</exception>
    public static Counter? Of(IEnumerable<OriginCount> origins)
    {
        ImmutableArray<OriginCount> array = [.. origins];
        for (var i = 1; i < array.Length; i++)
        {
            if (array[i - 1].Origin >= array[i].Origin)
            {
                throw new ArgumentException("The origins of a counter ascend.", nameof(origins));
            }
        }

        return array.IsEmpty ? null : new Counter(array);
    }

    public static Counter Add(Counter? counter, Dot dot, long amount)
    {
        var origins = counter?._origins ?? [];
        for (var i = 0; i < origins.Length; i++)
        {
            if (origins[i].Origin == dot.Replica)
            {
                return new Counter(origins.SetItem(i, origins[i].Add(dot.Counter, amount)));
            }

            if (origins[i].Origin > dot.Replica)
            {
                return new Counter(origins.Insert(i, First(dot, amount)));
            }
        }

        return new Counter(origins.Add(First(dot, amount)));
    }

    /// <summary>What is left after a set or delete named <paramref name="dot"/> that saw <paramref name="context"/>.</summary>
    public Counter? Reset(VectorClock context, Dot dot) =>
        Each(origin => origin.Reset(origin.Origin == dot.Replica ? dot.Counter : context[origin.Origin]));

    public Counter? Without(Dot dot) => Each(origin => origin.Origin == dot.Replica ? origin.Without(dot.Counter) : origin);

    public Counter Fold(VectorClock stable) => Each(origin => origin.Fold(stable[origin.Origin]))!;

    /// <param name="mineFalls">Theirs shows a set or delete that mine has not delivered: it supersedes every base of mine, which is stable.</param>
    public static Counter? Join(
        Counter? mine, VectorClock mineDelivered, bool mineFalls, Counter? theirs, VectorClock theirsDelivered, bool theirsFalls)
    {
        var joined = ImmutableArray.CreateBuilder<OriginCount>();
        var ids = (mine?._origins ?? []).Concat(theirs?._origins ?? []).Select(origin => origin.Origin).Distinct().Order();
        foreach (var id in ids)
        {
            var (left, right) = (mine?.Find(id) ?? Nothing(id), theirs?.Find(id) ?? Nothing(id));
            var (leftBase, rightBase) = (mineFalls ? Nothing(id) : left, theirsFalls ? Nothing(id) : right);
            var larger = leftBase.Position >= rightBase.Position ? leftBase : rightBase;
            var both = left.Open.Select(increment => increment.Counter).Intersect(right.Open.Select(increment => increment.Counter)).ToHashSet();
            var open = left.Open.Where(increment => both.Contains(increment.Counter) || theirsDelivered[id] < increment.Counter)
                .Concat(right.Open.Where(increment => mineDelivered[id] < increment.Counter))
                .Where(increment => increment.Counter > larger.Position)
                .OrderBy(increment => increment.Counter);
            var one = Nothing(id) with { Position = larger.Position, Base = larger.Base, Open = [.. open] };
            if (!one.IsEmpty)
            {
                joined.Add(one with { Sum = one.Open.Aggregate(one.Base, (sum, increment) => sum + increment.Amount) });
            }
        }

        return joined.Count == 0 ? null : new Counter(joined.ToImmutable());
    }

    private OriginCount? Find(ReplicaId origin) => _origins.FirstOrDefault(one => one.Origin == origin);

    private Counter? Each(Func<OriginCount, OriginCount> change)
    {
        var changed = false;
        var origins = ImmutableArray.CreateBuilder<OriginCount>(_origins.Length);
        foreach (var origin in _origins)
        {
            var after = change(origin);
            changed |= !ReferenceEquals(after, origin);
            if (!after.IsEmpty)
            {
                origins.Add(after);
            }
        }

        return !changed ? this : origins.Count == 0 ? null : new Counter(origins.DrainToImmutable());
    }

    private static OriginCount First(Dot dot, long amount) => Nothing(dot.Replica).Add(dot.Counter, amount);

    private static OriginCount Nothing(ReplicaId origin) => new(origin, 0, 0, [], 0);
}
