using System.Globalization;
using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.Cluster.Tests.Traffic;

namespace ReplicatedDs.Cluster.Tests.Moving;

/// <summary>Sessions that go to another replica with every call, by HTTP, the .NET client or RESP, while links between replicas fail at random.</summary>
internal static class MovingRun
{
    private const int Roamers = 24;
    private const int WritesBetweenFaults = 150;

    private static readonly string[] Faults =
    [
        """{"mode":"hold","expiresSeconds":1}""", """{"mode":"drop","expiresSeconds":2}""", """{"mode":"drop","dropPercent":40,"expiresSeconds":3}""",
        """{"mode":"delay","delayMs":5,"jitterMs":200,"expiresSeconds":3}""",
    ];

    /// <param name="operations">Calls that have to be answered.</param>
    public static async Task<(AtRest AtRest, Tally Tally)> RunAsync(long operations, int seed, string folder, TextWriter output)
    {
        await using var cluster = await TestCluster.StartAsync();
        using var recorder = new Recorder(Path.Combine(folder, "history.jsonl"), $"moves --operations {operations} --seed {seed}");
        await using var traffic = TrafficLoad.Start(new TrafficPlan(seed, Roamers, Homes: 0, PerSecond: 0, operations), cluster, recorder);
        var random = new Random(seed);
        var faults = 0;
        for (; !traffic.Ended.IsCompleted; faults++)
        {
            var replicas = cluster.Running();
            var (from, to) = (random.Next(replicas.Count), random.Next(replicas.Count - 1));
            to += to >= from ? 1 : 0;
            await replicas[from].SetLinkAsync(cluster.IdOf(to + 1), Faults[random.Next(Faults.Length)]);
            await traffic.GoesOnAsync(WritesBetweenFaults);
        }

        await traffic.Ended;
        var elapsed = traffic.Tally.Elapsed;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{traffic.Tally.Answered:N0} operations of {Roamers} sessions that moved at every one, in {elapsed.TotalSeconds:0} s; {faults} faults of links"));
        var rest = await AtRest.SeeAsync(cluster, traffic.Book, recorder);
        Report.Write(traffic.Tally, rest, output);
        return (rest, traffic.Tally);
    }

    public static async Task RunAsProgramAsync(long operations, int seed, string folder, TextWriter output)
    {
        var (rest, tally) = await RunAsync(operations, seed, folder, output);
        output.WriteLine($"history: {Path.Combine(folder, "history.jsonl")}");
        Assert.True(tally.Surprises.Count == 0, $"{tally[Ending.Surprise]} answers that no fault explains.");
        rest.MustBeSound();
    }
}
