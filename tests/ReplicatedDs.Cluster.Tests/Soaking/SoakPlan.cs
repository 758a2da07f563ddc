namespace ReplicatedDs.Cluster.Tests.Soaking;

/// <summary>How a long run at a steady load goes.</summary>
/// <param name="Duration">Rounds begin until then; at least one.</param>
/// <param name="WritesPerSecond">Of all clients together, about.</param>
/// <param name="Folder">Where the history of the round goes, and the drawing.</param>
internal sealed record SoakPlan(TimeSpan Duration, double WritesPerSecond, int Seed, string Folder)
{
    public int Replicas { get; init; } = 5;

    public int Roamers { get; init; } = 16;

    /// <value>After each, all keys are deleted.</value>
    public TimeSpan Round { get; init; } = TimeSpan.FromMinutes(3);

    public TimeSpan SampleEvery { get; init; } = TimeSpan.FromMinutes(1);
}
