namespace ReplicatedDs.Bench.Report;

/// <param name="PerSecond">Acknowledged writes in every tenth of a second, by the second.</param>
/// <param name="Acknowledged">In all.</param>
/// <param name="Lost">Of them, those that could not be read at every member when both sides were one again.</param>
internal sealed record PartitionSide(double[] PerSecond, int Acknowledged, int Lost);
