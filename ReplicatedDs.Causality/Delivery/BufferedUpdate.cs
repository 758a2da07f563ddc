using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Delivery;

/// <summary>An entry of the <see cref="DeliveryBuffer"/>; a node of the list of those that wait for the same dot.</summary>
internal sealed class BufferedUpdate(Update update, Instant arrivedAt, ImmutableArray<Dot> missingAtArrival, long bytes)
{
    public Update Update { get; } = update;

    public Instant ArrivedAt { get; } = arrivedAt;

    public ImmutableArray<Dot> MissingAtArrival { get; } = missingAtArrival;

    public long Bytes { get; } = bytes;

    /// <summary>The one dot under which it is indexed; <c>null</c> while it waits for time to pass or for nothing.</summary>
    public Dot? WaitsFor { get; set; }

    public BufferedUpdate? Previous { get; set; }

    public BufferedUpdate? Next { get; set; }
}
