namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>One update on a half of the split screen.</summary>
/// <param name="At">When it arrived or became visible there.</param>
/// <param name="Missing">Dots that it depends on and that were not visible at that moment.</param>
/// <param name="IsVisible">A reader sees it; else it waits.</param>
/// <param name="Waited">How long it had waited when it became visible; zero: not at all.</param>
public sealed record ShownUpdate(string Dot, string Key, long At, IReadOnlyList<string> Missing, bool IsVisible, TimeSpan Waited);
