using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Simulation.Checks;

/// <summary>An update as its origin made it durable.</summary>
/// <param name="Update">The first copy seen; every other copy must be the same.</param>
/// <param name="Dependencies">What the origin had delivered, counted by the checkers themselves.</param>
/// <param name="IsOfGuest">Whether a guest sent it: then there is no process whose deliveries could be counted.</param>
internal sealed record WrittenUpdate(Update Update, Counts Dependencies, bool IsOfGuest = false);
