namespace ReplicatedDs.Dashboard.Views;

/// <summary>One thing that is broken, on purpose or not, as the fault bar names it.</summary>
/// <param name="Kind"><c>link</c> or <c>replica</c>.</param>
/// <param name="Text">In words, such as <c>link r1→r3 held</c>.</param>
/// <param name="From">Of a link: the sender's id.</param>
/// <param name="To">Of a link: the receiver's id.</param>
/// <param name="Replica">Of a replica: its slot's name.</param>
/// <param name="ExpiresAt">When it heals by itself; <c>null</c>: it does not.</param>
public sealed record FaultPicture(string Kind, string Text, int? From, int? To, string? Replica, long Queued, DateTimeOffset? ExpiresAt);
