namespace ReplicatedDs.Dashboard.Palette;

/// <summary>One line that the command palette offers.</summary>
/// <param name="Kind"><c>page</c>, <c>replica</c>, <c>key</c>, <c>update</c>, <c>trace</c> or <c>action</c>.</param>
/// <param name="Text">What stands on it.</param>
/// <param name="Hint">What it leads to, or what it does, in words.</param>
/// <param name="Address">Where it leads; <c>null</c>: it is an action, carried out by its text.</param>
/// <param name="Problem">Why it cannot be carried out, in one sentence.</param>
public sealed record PaletteEntry(string Kind, string Text, string Hint, string? Address = null, string? Problem = null);
