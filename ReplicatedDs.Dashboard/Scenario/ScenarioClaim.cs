namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>One sentence of the scenario, and whether the event log bears it out.</summary>
/// <param name="Text">Before: what is expected. After: what happened, with its dots.</param>
/// <param name="Truth"><c>null</c>: not seen yet.</param>
/// <param name="Evidence">The event that it rests on, such as <c>event 812, 14:02:10.012</c>.</param>
public sealed record ScenarioClaim(string Id, string Text, bool? Truth = null, string? Evidence = null);
