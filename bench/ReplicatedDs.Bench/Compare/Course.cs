namespace ReplicatedDs.Bench.Compare;

/// <summary>How it went through a fault.</summary>
/// <param name="FailedAt">In seconds from the start.</param>
/// <param name="Sides">Of each side, the writes in every tenth of a second, by the second.</param>
/// <param name="Acknowledged">Of each side, the keys that its clients were told are written.</param>
internal sealed record Course(double FailedAt, double MendedAt, IReadOnlyList<double[]> Sides, IReadOnlyList<IReadOnlyList<string>> Acknowledged);
