namespace ReplicatedDs.Client.Api;

/// <summary>One update that waits.</summary>
/// <param name="Missing">The exact dots not yet visible here that it needs, ascending; at most 100.</param>
/// <param name="MissingCount">How many there are in all.</param>
/// <param name="Reason"><c>missing-dependency</c>, <c>gap</c> or <c>clock-ahead</c>.</param>
public sealed record PendingUpdateView(
    string Dot,
    int Origin,
    IReadOnlyList<string> Keys,
    IReadOnlyList<string> Missing,
    long MissingCount,
    DateTimeOffset ArrivedAt,
    long AgeMs,
    string Reason);
