using System.Net;
using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.Cluster.Tests.Traffic;
using Xunit.Abstractions;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>Every replica is stopped and started again, one after the other, while clients write.</summary>
public sealed class RollingRestartTests(ITestOutputHelper output)
{
    private const int Replicas = 5;

    [Fact]
    public async Task EachReplicaInTurn_UnderLoad_NoRequestFailsAndNothingIsLost()
    {
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Count = Replicas });
        var all = Enumerable.Range(1, Replicas).Select(number => cluster[number]).ToList();

        // 1,000 writes a second, where the machine can.
        await using var load = SessionLoad.Start(all.Select(replica => replica.Http), sessions: 40, TimeSpan.FromMilliseconds(40));
        foreach (var replica in all)
        {
            await load.GoesOnAsync(250);
            await cluster.Control.StopAsync(replica.Name);
            await load.GoesOnAsync(250);
            await cluster.Control.StartAsync(replica.Name);
            await Eventually.SeesAsync($"{replica.Name} takes writes again", () => replica.PutAsync($"again/{replica.Name}", "here"), answer => answer.Status == HttpStatusCode.OK);
        }

        await load.GoesOnAsync(250);
        await load.StopAsync();
        output.WriteLine($"{load.Acknowledged.Count} writes, {load.PerSecond:0} a second, while {Replicas} replicas were restarted.");
        await Durable.EverywhereAsync(all, load.Acknowledged, TimeSpan.FromSeconds(30));
    }
}
