namespace ReplicatedDs.Cluster.Tests.Network;

/// <summary>How far three sites are from each other, and for how long the third is cut off.</summary>
internal sealed record WideAreaPlan(TimeSpan Cut, int Seed, string Folder)
{
    /// <value>Writes per second and site of sessions at home, while nobody measures anything else.</value>
    public double PerSecond { get; init; } = 150;

    /// <value>For how long each phase is measured.</value>
    public TimeSpan Phase { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>
    /// On the way from one site to another, in milliseconds. No way is longer than another one with a stop on it: an update waits for those that its author had
    /// seen, so it would take as long as they do.
    /// </summary>
    public static int DelayMs(int from, int to) => (Math.Min(from, to), Math.Max(from, to)) switch
    {
        (1, 2) => 50,
        (2, 3) => 170,
        _ => 200,
    };
}
