using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Client;

/// <summary>A key in a listing.</summary>
/// <param name="Dot">The write that its value is from.</param>
/// <param name="Type"><c>register</c>, <c>counter</c> or <c>set</c>.</param>
/// <param name="Siblings">How many versions it has; 1: no conflict.</param>
public sealed record ListedKey(string Key, Dot Dot, string Type, int Siblings);
