namespace ReplicatedDs.Client.Api;

/// <summary>The answer to a write: <c>PUT</c> and <c>DELETE /kv/{key}</c>.</summary>
/// <param name="Dot">The update's name, such as <c>2#17</c>.</param>
/// <param name="Clock">Everything that the replica had applied when it accepted the write, and the write itself.</param>
public sealed record WriteView(string Key, string Dot, IReadOnlyDictionary<string, long> Clock);
