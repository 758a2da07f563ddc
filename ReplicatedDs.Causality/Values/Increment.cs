namespace ReplicatedDs.Causality.Values;

/// <summary>What one update added to a counter.</summary>
/// <param name="Counter">Which update of its origin.</param>
/// <param name="Amount">Wider than one increment can be: an update may increment a key more than once.</param>
public readonly record struct Increment(long Counter, Int128 Amount);
