using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Delivery;

/// <summary>
/// When an update u of origin r may become visible where D is the delivered clock: <c>u.n = D[r] + 1</c> and for every other replica k
/// <c>u.deps[k] ≤ D[k]</c>.
/// </summary>
/// <remarks>Birman, Schiper, Stephenson, "Lightweight Causal and Atomic Group Multicast" (TOCS 1991), section 5.</remarks>
public static class DeliveryRule
{
    /// <summary>
    /// A dot that <paramref name="update"/> waits for, <c>null</c> if it is causally ready. It is the last one needed of its replica, so once that
    /// is delivered this replica never blocks the update again.
    /// </summary>
    public static Dot? Blocker(Update update, VectorClock delivered)
    {
        ArgumentNullException.ThrowIfNull(update);
        ArgumentNullException.ThrowIfNull(delivered);
        if (update.Dot.Counter > delivered[update.Origin] + 1)
        {
            return update.Dot with { Counter = update.Dot.Counter - 1 };
        }

        if (delivered.Covers(update.Dependencies))
        {
            return null;
        }

        var dependencies = update.Dependencies;
        for (var i = 0; i < dependencies.Count; i++)
        {
            var needed = new Dot(dependencies.Ids[i], dependencies.Counters[i]);
            if (needed.Replica != update.Origin && !delivered.Covers(needed))
            {
                return needed;
            }
        }

        return null;
    }

    /// <summary>
    /// Every dot that <paramref name="update"/> needs and <paramref name="delivered"/> does not cover, ascending, at most
    /// <see cref="PendingUpdate.MissingMax"/> of them, and how many there are in all.
    /// </summary>
    public static (ImmutableArray<Dot> Dots, long Count) Missing(Update update, VectorClock delivered)
    {
        ArgumentNullException.ThrowIfNull(update);
        return Missing(update.Dependencies, delivered);
    }

    /// <summary>Every dot that <paramref name="needed"/> covers and <paramref name="delivered"/> does not, as above.</summary>
    public static (ImmutableArray<Dot> Dots, long Count) Missing(VectorClock needed, VectorClock delivered)
    {
        ArgumentNullException.ThrowIfNull(needed);
        ArgumentNullException.ThrowIfNull(delivered);
        var dots = ImmutableArray.CreateBuilder<Dot>();
        long count = 0;
        foreach (var (replica, last) in needed)
        {
            var have = delivered[replica];
            count += Math.Max(0, last - have);
            for (var n = have + 1; n <= last && dots.Count < PendingUpdate.MissingMax; n++)
            {
                dots.Add(new Dot(replica, n));
            }
        }

        return (dots.ToImmutable(), count);
    }
}
