namespace ReplicatedDs.Bench.Compare;

/// <summary>How much is measured.</summary>
/// <param name="Requests">Of redis-benchmark, one by one; pipelined it sends five times as many.</param>
/// <param name="Keys">For memory, restart and join.</param>
internal sealed record Plan(int Rounds, int Requests, TimeSpan HttpTime, int Visibilities, int Keys, TimeSpan Outage)
{
    public static readonly Plan Full = new(5, 100_000, TimeSpan.FromSeconds(3), 2_000, 1_000_000, TimeSpan.FromSeconds(20));

    public static readonly Plan Quick = new(1, 30_000, TimeSpan.FromSeconds(2), 500, 100_000, TimeSpan.FromSeconds(8));

    /// <summary>Not measured: the runtime's compiler works beside a process that has just started.</summary>
    public int WarmUp => Math.Min(Requests * 5, 300_000);
}
