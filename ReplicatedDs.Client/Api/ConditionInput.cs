namespace ReplicatedDs.Client.Api;

/// <summary>A condition of a transaction.</summary>
/// <param name="Dot">The key has exactly this version; <c>null</c>: it has no value.</param>
public sealed record ConditionInput(string Key, string? Dot = null);
