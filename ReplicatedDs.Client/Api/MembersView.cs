namespace ReplicatedDs.Client.Api;

/// <summary><c>GET /members</c>.</summary>
public sealed record MembersView(int Replica, IReadOnlyList<MemberView> Members);
