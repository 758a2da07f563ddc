namespace ReplicatedDs.Client.Api;

/// <summary>The body of <c>POST /kv/{key}/members</c>.</summary>
/// <param name="Member">1 to 1024 bytes of UTF-8.</param>
public sealed record MemberInput(string Member);
