using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Dashboard.Actions;

/// <summary>What came of a read.</summary>
/// <param name="IsPresent">The replica shows a value for the key.</param>
/// <param name="Value">The winner's value as text, cut after a few thousand characters.</param>
/// <param name="Siblings">All concurrent versions, the winner first; empty when there is no conflict.</param>
public sealed record ReadOutcome(
    ActionOutcome Outcome, int Replica, bool IsPresent, string? Value, string? Dot, string? ContentType, IReadOnlyList<SiblingView> Siblings);
