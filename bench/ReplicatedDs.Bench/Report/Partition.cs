namespace ReplicatedDs.Bench.Report;

/// <summary>Writes while one member and its clients are cut off from the other two and theirs.</summary>
/// <param name="Isolated">Who is cut off, in words.</param>
/// <param name="CutAt">In seconds from the start.</param>
/// <param name="Majority">The side of two members.</param>
/// <param name="Minority">The side of one.</param>
internal sealed record Partition(string Name, string Isolated, double CutAt, double HealedAt, PartitionSide Majority, PartitionSide Minority);
