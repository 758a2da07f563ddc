namespace ReplicatedDs.Client.Api;

/// <summary><c>GET /kv/{key}?siblings=all</c>.</summary>
public sealed record SiblingsView(string Key, IReadOnlyList<SiblingView> Siblings);
