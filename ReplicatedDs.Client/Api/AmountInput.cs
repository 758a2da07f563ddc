namespace ReplicatedDs.Client.Api;

/// <summary>Adds to the counter of a key.</summary>
public sealed record AmountInput(string Key, long By = 1);
