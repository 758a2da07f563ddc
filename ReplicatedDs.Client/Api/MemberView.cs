namespace ReplicatedDs.Client.Api;

/// <summary>One member, in <c>GET /members</c>.</summary>
/// <param name="Status"><c>joining</c>, <c>active</c>, <c>evicting</c>, <c>evicted</c>, <c>departed</c> or <c>guest</c>.</param>
/// <param name="Http">Where clients reach it.</param>
/// <param name="LastHeardMs">How long ago this replica heard from it; <c>null</c>: never, or itself.</param>
/// <param name="Reachable">Whether it was heard of within the last second (always for itself).</param>
public sealed record MemberView(
    int Id, string Name, string Incarnation, string Status, string Http, string Peer, int Sponsor, bool IsSelf, bool Reachable, long? LastHeardMs,
    IReadOnlyDictionary<string, long>? Delivered);
