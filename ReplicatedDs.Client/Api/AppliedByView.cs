namespace ReplicatedDs.Client.Api;

/// <summary>Whether a member has applied an update.</summary>
/// <param name="Applied"><c>null</c>: it was not heard of yet.</param>
public sealed record AppliedByView(int Replica, string Name, bool? Applied);
