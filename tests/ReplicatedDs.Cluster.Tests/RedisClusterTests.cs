using System.Net;
using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.Cluster.Tests.RedisCluster;
using ReplicatedDs.RedisServers;
using Xunit.Abstractions;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>Values in a Redis Cluster of real servers (<c>Storage:Values=redis-cluster</c>).</summary>
public sealed class RedisClusterTests(ITestOutputHelper output)
{
    /// <summary>One round of <c>deploy/network/run.sh redis-cluster</c>.</summary>
    [Fact]
    public async Task Replicas_WithMoreValuesThanAServerHolds_ThroughKilledMasters_KeepCausalityAndEveryAcknowledgedWrite()
    {
        using var folder = new TestFolder();
        using var told = new StringWriter();
        try
        {
            var result = await RedisClusterRun.RunAsync(TimeSpan.Zero, 1, folder.Path, told);
            Traffic.Report.Write(result.Run.Tally, result.Run.AtRest, told);
            result.Write(told);
            result.MustBeSound();
        }
        finally
        {
            output.WriteLine(told.ToString());
        }
    }

    [Fact]
    public async Task Replica_WithItsValuesInARedisCluster_JoinsByASnapshot_AndGivesABackup()
    {
        await using var redis = await LocalRedisCluster.StartAsync();
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Count = 2, Spares = 1, Environment = RedisClusterRun.Settings(redis) });
        var values = Enumerable.Range(0, 300).ToDictionary(n => $"k{n}", n => $"value {n} ".PadRight(2000, '.'));
        foreach (var (key, value) in values)
        {
            await cluster[1].WriteAsync(key, value);
        }

        var joined = await cluster.Control.JoinAsync();
        var newcomer = cluster.Running().Single(replica => replica.Name == joined.Name);
        await cluster.SettledAsync();
        foreach (var replica in cluster.Running())
        {
            foreach (var (key, value) in values)
            {
                Assert.Equal(value, (await replica.GetAsync(key)).Expect(HttpStatusCode.OK).Body);
            }

            var status = await replica.StatusAsync();
            Assert.Equal("redis-cluster", status.Values?.Place);
            Assert.Contains("replicated_ds_unconfirmed_value_bytes ", (await replica.CallAsync(HttpMethod.Get, "/metrics")).Body, StringComparison.Ordinal);
        }

        var backup = (await newcomer.OperateAsync(HttpMethod.Get, "/admin/snapshot")).Expect(HttpStatusCode.OK);
        Assert.Contains(values["k299"], backup.Body, StringComparison.Ordinal);
    }
}
