namespace ReplicatedDs.Client.Api;

/// <summary><c>GET /kv/{key}/members</c>.</summary>
/// <param name="Members">Ordered by UTF-16 code units.</param>
public sealed record SetView(string Key, IReadOnlyList<string> Members);
