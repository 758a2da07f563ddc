namespace ReplicatedDs.Dashboard.Views;

/// <summary>One update that waits at a replica.</summary>
/// <param name="Missing">The exact dots not yet visible there that it needs, ascending.</param>
/// <param name="MissingCount">How many there are in all; <paramref name="Missing"/> may be cut.</param>
/// <param name="Reason">The replica's own word: <c>missing-dependency</c>, <c>gap</c> or <c>clock-ahead</c>.</param>
/// <param name="Why">Why the first missing update is late, in words, joined from the links and the states of the others.</param>
public sealed record PendingPicture(
    string Dot, int Origin, IReadOnlyList<string> Keys, IReadOnlyList<string> Missing, long MissingCount, DateTimeOffset ArrivedAt, string Reason, string Why);
