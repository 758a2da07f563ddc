namespace ReplicatedDs.Client.Api;

/// <summary>The body of <c>POST /kv/{key}/increment</c>.</summary>
/// <param name="By">How much to add; may be negative.</param>
public sealed record IncrementInput(long By = 1);
