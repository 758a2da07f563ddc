namespace ReplicatedDs.Client.Api;

/// <summary>Names a member of the set of a key.</summary>
public sealed record KeyMemberInput(string Key, string Member);
