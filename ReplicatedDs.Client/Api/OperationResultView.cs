namespace ReplicatedDs.Client.Api;

/// <summary>What one operation of a transaction did.</summary>
/// <param name="Value">The counter after an increment.</param>
/// <param name="Changed">Whether a delete, add or remove found something to change.</param>
public sealed record OperationResultView(long? Value, bool? Changed);
