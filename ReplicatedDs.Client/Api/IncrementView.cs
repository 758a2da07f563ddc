namespace ReplicatedDs.Client.Api;

/// <summary>The answer to <c>POST /kv/{key}/increment</c>.</summary>
/// <param name="Value">The counter after it, at this replica.</param>
public sealed record IncrementView(string Key, long Value, string Dot, IReadOnlyDictionary<string, long> Clock);
