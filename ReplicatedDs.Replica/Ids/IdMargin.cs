namespace ReplicatedDs.Replica.Ids;

/// <summary>The re-seed rule of R2.</summary>
internal static class IdMargin
{
    /// <summary>
    /// How far a re-seeded counter jumps: the ids that a partitioned member gave out meanwhile, and that nobody reachable has heard of,
    /// are below it.
    /// </summary>
    public const int Step = 1024;

    /// <summary>The next multiple of <see cref="Step"/> above <paramref name="highest"/>.</summary>
    public static long Above(long highest) => ((highest / Step) + 1) * Step;
}
