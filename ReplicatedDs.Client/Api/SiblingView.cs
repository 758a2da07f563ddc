namespace ReplicatedDs.Client.Api;

/// <summary>One version of a key, in <c>GET /kv/{key}?siblings=all</c>, the winner first.</summary>
/// <param name="Value">The bytes as text if they are UTF-8, else in base64.</param>
/// <param name="Encoding"><c>utf-8</c> or <c>base64</c>.</param>
public sealed record SiblingView(string Dot, bool Deleted, string? Value, string? Encoding, string? ContentType, long TimestampMs);
