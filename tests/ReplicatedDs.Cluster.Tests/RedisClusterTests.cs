using System.Net;
using System.Security.Cryptography;
using System.Text;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.Cluster.Tests.RedisCluster;
using ReplicatedDs.Cluster.Tests.Traffic.Doors;
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

    /// <summary>Each way of reading puts the values back; when Redis stands still writes go on up to the bound, then they are refused, and go on again.</summary>
    [Fact]
    public async Task Values_InARedisCluster_AreReadByEveryWayIn_AndWritesAreRefusedAtTheBound()
    {
        await using var redis = await LocalRedisCluster.StartAsync();
        var settings = new Dictionary<string, string>(RedisClusterRun.Settings(redis)) { ["Storage__UnconfirmedMegabytes"] = "1" };
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Count = 1, Environment = settings });
        var replica = cluster[1];
        using var deadline = new CancellationTokenSource(Eventually.Patience);
        using var resp = await RespConnection.OpenAsync(IPEndPoint.Parse(cluster.Slot(1).Resp!), deadline.Token);
        async Task<object?> AskAsync(params string[] words) => (await resp.AskAsync([words], deadline.Token))[0];
        var (one, two) = (Large(1), Large(2));

        Assert.Equal("OK", await AskAsync("MSET", "x", one, "y", two));
        Assert.Equal(one, await AskAsync("GET", "x"));
        Assert.Equal([one, null, two], Assert.IsType<object?[]>(await AskAsync("MGET", "x", "none", "y")));
        Assert.Equal((long)one.Length, await AskAsync("STRLEN", "x"));
        Assert.Equal((long)one.Length + 3, await AskAsync("APPEND", "x", "end"));
        Assert.Equal(one + "end", await AskAsync("GETSET", "x", two));
        Assert.Equal(two, await AskAsync("SET", "x", one, "GET"));
        Assert.Equal(["OK", "OK", "QUEUED", "QUEUED", "QUEUED"], await resp.AskAsync([["WATCH", "y"], ["MULTI"], ["GET", "x"], ["APPEND", "y", "end"], ["GET", "y"]], deadline.Token));
        Assert.Equal([one, (long)two.Length + 3, two + "end"], Assert.IsType<object?[]>(await AskAsync("EXEC")));
        Assert.Equal(two + "end", await AskAsync("GETDEL", "y"));
        Assert.StartsWith("ERR value is not an integer", Assert.IsType<RespError>(await AskAsync("INCR", "x")).Text, StringComparison.Ordinal);

        var token = (await replica.WriteAsync("h", two)).Token;
        Assert.Equal(two, (await replica.GetAsync("h", token)).Expect(HttpStatusCode.OK).Body);
        Assert.Contains(one, (await replica.CallAsync(HttpMethod.Get, "/kv/x?siblings=all")).Expect(HttpStatusCode.OK).Body, StringComparison.Ordinal);
        var replicas = (await replica.CallAsync(HttpMethod.Get, "/kv/x/replicas")).Expect(HttpStatusCode.OK).Read<KeyReplicasView>();
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(one))), replicas.Replicas.Single().Digest);
        using (var text = await TextClient.ConnectAsync(replica.Text))
        {
            Assert.Equal($"Sx:{one}", await text.AskAsync("CRx"));
        }

        foreach (var node in redis.Nodes)
        {
            await node.PauseAsync();
        }

        Answer refused;
        var taken = 0;
        while ((refused = await replica.PutAsync($"k{taken}", Large(taken))).Status == HttpStatusCode.OK)
        {
            Assert.True(taken++ < 10_000, "Nothing was refused.");
        }

        refused.ExpectProblem(HttpStatusCode.ServiceUnavailable, "values-unavailable");
        Assert.InRange(taken, 100, 1000);
        Assert.StartsWith("MISCONF", Assert.IsType<RespError>(await AskAsync("SET", "x", two)).Text, StringComparison.Ordinal);
        Assert.Equal(one, (await replica.GetAsync("x")).Expect(HttpStatusCode.OK).Body);
        await Eventually.SeesAsync("it says what keeps values from being confirmed", replica.StatusAsync, status => status.Values?.Problem is not null);
        foreach (var node in redis.Nodes)
        {
            await node.ResumeAsync();
        }

        await Eventually.SeesAsync("writes go on", () => replica.PutAsync("again", two), answer => answer.Status == HttpStatusCode.OK, TimeSpan.FromMinutes(1));
        for (var n = 0; n < taken; n++)
        {
            Assert.Equal(Large(n), (await replica.GetAsync($"k{n}")).Expect(HttpStatusCode.OK).Body);
        }
    }

    private static string Large(int n) => $"value {n} ".PadRight(5000, (char)('a' + (n % 26)));
}
