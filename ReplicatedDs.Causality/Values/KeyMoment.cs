namespace ReplicatedDs.Causality.Values;

/// <summary>
/// When in its history a key tree was: with it the tree reads as it was then, whatever is changed in place meanwhile. Trees of one moment may differ in leaves
/// that are not changed in place.
/// </summary>
/// <param name="History">The stretch that the tree belongs to.</param>
/// <param name="Count">How many changes had been made by then, in all stretches.</param>
internal sealed record KeyMoment(KeyHistory History, long Count);
