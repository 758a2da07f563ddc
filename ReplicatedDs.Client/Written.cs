using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Client;

/// <summary>A write that a replica made durable.</summary>
/// <param name="Dot">The update's name, such as <c>2#17</c>.</param>
/// <param name="Clock">Everything that the replica had applied when it accepted the write, and the write itself: its dependencies.</param>
public sealed record Written(Dot Dot, VectorClock Clock);
