namespace ReplicatedDs.Cluster.Tests.Chaos;

/// <summary>How a run with random faults goes.</summary>
/// <param name="Duration">Rounds of faults begin until then; at least one.</param>
/// <param name="Seed">Decides the order of the faults, whom they meet, and what the sessions do.</param>
/// <param name="Folder">Where the history goes.</param>
internal sealed record ChaosPlan(TimeSpan Duration, int Seed, string Folder)
{
    public int Replicas { get; init; } = 5;

    public int Spares { get; init; } = 3;

    public int Roamers { get; init; } = 16;

    /// <value>Calls of one session.</value>
    public double PerSecond { get; init; } = 20;
}
