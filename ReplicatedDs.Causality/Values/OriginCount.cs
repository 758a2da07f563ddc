using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Values;

/// <summary>What one replica has added to a counter: a base that holds everything stable, and the increments above it one by one.</summary>
/// <param name="Position">The last update of <paramref name="Origin"/> in the base; 0 without a base.</param>
/// <param name="Base">The sum of the base.</param>
/// <param name="Open">The increments above it, ascending.</param>
/// <param name="Sum">Of the base and the open ones.</param>
public sealed record OriginCount(ReplicaId Origin, long Position, Int128 Base, ImmutableList<Increment> Open, Int128 Sum)
{
    public bool IsEmpty => Position == 0 && Open.IsEmpty;

    /// <summary>Makes one of its parts.</summary>
    /// <exception cref="ArgumentException">The increments do not ascend from the position, or there is nothing.</exception>
    public static OriginCount Of(ReplicaId origin, long position, Int128 sum, IEnumerable<Increment> open)
    {
        ImmutableList<Increment> list = [.. open];
        var (last, total) = (position, sum);
        foreach (var increment in list)
        {
            if (increment.Counter <= last)
            {
                throw new ArgumentException("Increments of one replica ascend, and lie above the base.", nameof(open));
            }

            last = increment.Counter;
            total += increment.Amount;
        }

        return last == 0 || position < 0
            ? throw new ArgumentException("An origin of a counter has a base or an increment.", nameof(open))
            : new OriginCount(origin, position, sum, list, total);
    }

    public OriginCount Add(long counter, long amount) => Open is [.., var last] && last.Counter == counter
        ? this with { Open = Open.SetItem(Open.Count - 1, new Increment(counter, last.Amount + amount)), Sum = Sum + amount }
        : this with { Open = Open.Add(new Increment(counter, amount)), Sum = Sum + amount };

    /// <summary>Drops what a set or delete supersedes that saw everything up to <paramref name="seen"/>. A base that it has not seen whole cannot be.</summary>
    public OriginCount Reset(long seen)
    {
        var count = CountUpTo(seen);
        return seen < Position || (Position == 0 && count == 0) ? this
            : Of(0, 0, Open.RemoveRange(0, count));
    }

    public OriginCount Without(long counter)
    {
        var index = CountUpTo(counter) - 1;
        return index >= 0 && Open[index].Counter == counter
            ? this with { Open = Open.RemoveAt(index), Sum = Sum - Open[index].Amount }
            : this;
    }

    /// <summary>Moves what is at or under <paramref name="stable"/> into the base.</summary>
    public OriginCount Fold(long stable)
    {
        var count = CountUpTo(stable);
        if (count == 0)
        {
            return this;
        }

        var folded = Open.GetRange(0, count);
        return this with
        {
            Position = folded[^1].Counter,
            Base = folded.Aggregate(Base, (sum, increment) => sum + increment.Amount),
            Open = Open.RemoveRange(0, count),
        };
    }

    /// <summary>How many open increments are at or under <paramref name="counter"/>.</summary>
    private int CountUpTo(long counter)
    {
        var (low, high) = (0, Open.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Open[middle].Counter <= counter ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private OriginCount Of(long position, Int128 sum, ImmutableList<Increment> open) =>
        new(Origin, position, sum, open, open.Aggregate(sum, (total, increment) => total + increment.Amount));
}
