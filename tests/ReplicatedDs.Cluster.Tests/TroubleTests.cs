using System.Globalization;
using System.Net;
using ReplicatedDs.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace ReplicatedDs.Cluster.Tests;

public sealed class TroubleTests(ITestOutputHelper output)
{
    private const int Steps = 14;
    private const int WritesPerSecond = 60; // at each of the first three replicas

    /// <value>The environment variable <c>CLUSTER_TESTS_SEEDS</c> says how many, for a long run.</value>
    public static TheoryData<int> Seeds =>
        [.. Enumerable.Range(1, int.TryParse(Environment.GetEnvironmentVariable("CLUSTER_TESTS_SEEDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 1)];

    /// <summary>Everything that may happen to a cluster, in a random order while clients write: afterwards nothing is missing anywhere.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Cluster_ThroughCrashesCutsJoinsAndLeaves_LosesNoAcknowledgedWrite(int seed)
    {
        var random = new Random(seed);
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Count = 3, Spares = 1 });
        await using var load = WriteLoad.Start([cluster[1], cluster[2], cluster[3]], WritesPerSecond, "trouble");
        int? down = null;
        for (var step = 0; step < Steps; step++)
        {
            var one = cluster.Running()[random.Next(cluster.Running().Count)];
            var action = random.Next(6);
            switch (action)
            {
                case 0 when down is null:
                    down = random.Next(1, 4);
                    await cluster.Control.CrashAsync($"replica-{down}");
                    Tell($"crash of replica-{down}");
                    break;
                case 0 or 1 when down is { } number:
                    await cluster.Control.StartAsync($"replica-{number}");
                    Tell($"start of replica-{number}");
                    down = null;
                    break;
                case 2 or 3:
                    var others = cluster.Running().Where(other => other.Name != one.Name).ToList();
                    var other = others[random.Next(others.Count)];
                    var mode = ((string[])["hold", "drop", "delay"])[random.Next(3)];
                    await one.SetLinkAsync(cluster.IdOf(int.Parse(other.Name["replica-".Length..], CultureInfo.InvariantCulture)), $$"""{"mode":"{{mode}}","delayMs":200,"jitterMs":300,"expiresSeconds":5}""");
                    Tell($"{mode} from {one.Name} to {other.Name}");
                    break;
                case 4 when cluster.Slot(4).Pid is null:
                    var joined = await cluster.Control.JoinAsync();
                    Tell($"join of {joined.Name} as {joined.Id}");
                    break;
                case 4 or 5 when cluster.Slot(4).Pid is not null:
                    var leaver = ProcessTable.Find(cluster.PidOf(4))!;
                    (await cluster[4].OperateAsync(HttpMethod.Post, "/admin/leave")).Expect(HttpStatusCode.OK);
                    Tell("leave of replica-4");
                    await Eventually.HoldsAsync("the leaver ends", () => !ProcessTable.IsAlive(leaver), () => cluster.Host.Output, TimeSpan.FromSeconds(30));
                    await Eventually.SeesAsync("its slot is free", () => Task.FromResult(cluster.Slot(4)), slot => slot is { Id: null, Pid: null });
                    break;
                default:
                    await one.HealAsync();
                    Tell($"heal at {one.Name}");
                    break;
            }

            await load.GoesOnAsync($"replica-{Enumerable.Range(1, 3).First(number => number != down)}", WritesPerSecond / 2);
        }

        if (down is { } last)
        {
            await cluster.Control.StartAsync($"replica-{last}");
        }

        await load.StopAsync();
        await Task.WhenAll(cluster.Running().Select(replica => replica.HealAsync()));
        await Durable.EverywhereAsync(cluster.Running(), load.Acknowledged, Eventually.Patience);
        await cluster.SettledAsync();
        output.WriteLine($"{load.Acknowledged.Count} acknowledged writes are at {cluster.Running().Count} replicas.");

        void Tell(string what) => output.WriteLine($"{load.Acknowledged.Count} writes: {what}");
    }
}
