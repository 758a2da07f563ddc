namespace ReplicatedDs.Client.Api;

/// <summary>The answer to <c>POST /admin/guests</c>: a sender id for hand-delivered updates.</summary>
public sealed record GuestView(int Id, string Dot);
