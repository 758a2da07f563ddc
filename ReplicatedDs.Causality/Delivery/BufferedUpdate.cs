using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Delivery;

/// <summary>An entry of the <see cref="DeliveryBuffer"/>; a node of the list of those that wait for the same dot.</summary>
internal sealed class BufferedUpdate(Update update, Instant arrivedAt, VectorClock deliveredAtArrival, long bytes)
{
    public Update Update { get; } = update;

    public Instant ArrivedAt { get; } = arrivedAt;

    public VectorClock DeliveredAtArrival { get; } = deliveredAtArrival;

    public long Bytes { get; } = bytes;

    /// <summary>The one dot under which it is indexed; <c>null</c> while it waits for time to pass or for nothing.</summary>
    public Dot? WaitsFor { get; set; }

    public BufferedUpdate? Previous { get; set; }

    public BufferedUpdate? Next { get; set; }
}
