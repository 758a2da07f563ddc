namespace ReplicatedDs.Dashboard.Actions;

/// <summary>A sentence shown to one visitor, until it is dismissed or, if it tells of success, for a while.</summary>
public sealed record Notice(int Number, ActionOutcome Outcome, DateTimeOffset At);
