namespace ReplicatedDs.Bench.Scale;

/// <summary>Five regions far apart. Replicas are dealt to them in turn.</summary>
internal static class Wan
{
    /// <summary>One way, in milliseconds: about Virginia, Oregon, Frankfurt, Singapore, Sydney.</summary>
    private static readonly int[,] Milliseconds =
    {
        { 1, 33, 45, 110, 100 },
        { 33, 1, 75, 85, 70 },
        { 45, 75, 1, 80, 140 },
        { 110, 85, 80, 1, 46 },
        { 100, 70, 140, 46, 1 },
    };

    /// <summary>One way from one replica to another, in microseconds.</summary>
    public static long Delay(int from, int to) => 1000L * Milliseconds[from % 5, to % 5];
}
