namespace ReplicatedDs.Bench.Report;

/// <summary>Successful writes in every tenth of a second while a member dies and comes back.</summary>
/// <param name="Member">Who dies, in words.</param>
/// <param name="DiedAt">In seconds from the start.</param>
internal sealed record Outage(string Name, string Member, double DiedAt, double BackAt, double[] PerSecond);
