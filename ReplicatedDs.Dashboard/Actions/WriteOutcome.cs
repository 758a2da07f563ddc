namespace ReplicatedDs.Dashboard.Actions;

/// <summary>What came of a write.</summary>
/// <param name="Clock">The update's clock: everything it depends on, and itself.</param>
public sealed record WriteOutcome(ActionOutcome Outcome, int Replica, string? Dot, IReadOnlyDictionary<int, long>? Clock);
