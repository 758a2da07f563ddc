using ReplicatedDs.Checker.Checks;

namespace ReplicatedDs.Checker.Online;

/// <summary>One violation that the monitor saw.</summary>
/// <param name="Site">Where it showed; <c>null</c> for a cycle.</param>
/// <param name="Updates">The updates concerned.</param>
/// <param name="Sentence">What went wrong, for people.</param>
public sealed record MonitorFinding(Pattern Pattern, string? Site, IReadOnlyList<UpdateName> Updates, string Sentence);
