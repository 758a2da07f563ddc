using ReplicatedDs.Cluster.Tests.Chaos;
using ReplicatedDs.Cluster.Tests.Traffic;
using ReplicatedDs.PrivateNetworks;

namespace ReplicatedDs.Cluster.Tests.Kubernetes;

/// <summary>What happens to pods, under load: one is killed, each is replaced in turn, one loses its volume.</summary>
internal static class KubernetesRun
{
    public static async Task<ChaosResult> RunAsync(int seed, string folder, TextWriter output)
    {
        using var network = new VirtualNetwork(KubernetesCluster.Hosts);
        var work = Directory.CreateTempSubdirectory("kubernetes-").FullName; // goes with the private network's folder, when no process uses it any more
        var cluster = await KubernetesCluster.StartAsync(network, work, output);
        try
        {
            Assert.Equal([1, 2, 3], cluster.Slots.Select(slot => slot.Id!.Value).Order());
            Assert.Equal(1, cluster.Slots[0].Id);
            using var recorder = new Recorder(Path.Combine(folder, "history.jsonl"), $"kubernetes --seed {seed}");
            await using var traffic = TrafficLoad.Start(new TrafficPlan(seed, Roamers: 6, Homes: KubernetesCluster.Replicas, PerSecond: 20), cluster, recorder);
            var faults = new List<Fault>();
            await traffic.GoesOnAsync(200);
            await SufferAsync("kill", "replicas-1", () => cluster.KillAsync(1));
            for (var number = KubernetesCluster.Replicas - 1; number >= 0; number--) // as a rolling update goes
            {
                var (place, id) = (number, cluster.Slots[number].Id);
                await SufferAsync("replaced", $"replicas-{place}", () => cluster.ReplaceAsync(place));
                Assert.Equal(id, cluster.Slots[place].Id);
            }

            // Everything that it wrote is elsewhere: else it would be lost with its volume.
            var last = cluster.Slots[2].Id!.Value;
            await SufferAsync("volume lost", "replicas-2, after its last writes were elsewhere", async () =>
            {
                await traffic.StopAsync();
                var written = traffic.Tally.Acknowledged(last);
                foreach (var other in cluster.Running().Take(2))
                {
                    await other.CoversAsync(new Dictionary<string, long> { [$"{last}"] = written });
                }

                await cluster.ReplaceAsync(2, withVolume: false);
            });
            Assert.True(cluster.Slots[2].Id > 3, $"replicas-2 lost its volume and is {cluster.Slots[2].Id} again.");
            var elapsed = traffic.Tally.Elapsed;
            var rest = await AtRest.SeeAsync(cluster, traffic.Book, recorder);
            return new ChaosResult(rest, traffic.Tally, elapsed, traffic.Roster.Places, faults);

            async Task SufferAsync(string kind, string what, Func<Task> suffer)
            {
                var from = traffic.Tally.Elapsed;
                await suffer();
                faults.Add(new Fault(kind, what, from, traffic.Tally.Elapsed));
                output.WriteLine(FormattableString.Invariant($"{traffic.Tally.Elapsed.TotalSeconds,6:0.0} s {traffic.Tally.Written,8} writes: {kind}: {what}"));
                if (!traffic.Ended.IsCompleted)
                {
                    await traffic.GoesOnAsync(100);
                }
            }
        }
        finally
        {
            cluster.Stop();
        }
    }

    public static async Task RunAsProgramAsync(int seed, string folder, TextWriter output)
    {
        var result = await RunAsync(seed, folder, output);
        await ChaosCommand.TellAsync(result, folder, output);
        result.MustBeSound();
    }
}
