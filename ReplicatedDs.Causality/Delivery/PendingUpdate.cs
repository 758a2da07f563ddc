using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Delivery;

/// <summary>An update in the delivery buffer, with the exact reason why it waits.</summary>
/// <param name="Update">The update.</param>
/// <param name="Missing">The dots not yet delivered that it needs, ascending, at most <see cref="MissingMax"/> of them.</param>
/// <param name="MissingCount">How many there are in all.</param>
/// <param name="ArrivedAt">When it came.</param>
public sealed record PendingUpdate(Update Update, ImmutableArray<Dot> Missing, long MissingCount, PendingReason Reason, Instant ArrivedAt)
{
    public const int MissingMax = 100;
}
