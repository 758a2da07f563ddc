using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Client;

/// <summary>An increment that a replica made durable.</summary>
/// <param name="Value">The counter's value there, just afterwards.</param>
/// <param name="Dot">The update's name, such as <c>2#17</c>.</param>
/// <param name="Clock">Everything that the replica had applied when it accepted the increment, and the increment itself.</param>
public sealed record Counted(long Value, Dot Dot, VectorClock Clock);
