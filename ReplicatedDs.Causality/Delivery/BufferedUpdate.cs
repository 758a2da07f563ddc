using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Delivery;

/// <summary>An entry of the <see cref="DeliveryBuffer"/>.</summary>
/// <remarks>A value: a million of them are a few thousand arrays for the collector, and lie in the order in which they are delivered.</remarks>
internal readonly record struct BufferedUpdate(Update Update, VectorClock DeliveredAtArrival, Instant ArrivedAt);
