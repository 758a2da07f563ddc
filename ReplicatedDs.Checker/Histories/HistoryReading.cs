namespace ReplicatedDs.Checker.Histories;

/// <summary>A history read from a file, or a sentence that says why it is none, with the number of the line.</summary>
/// <param name="History">Not <c>null</c> exactly if <paramref name="Problem"/> is <c>null</c>.</param>
public sealed record HistoryReading(History? History, string? Problem);
