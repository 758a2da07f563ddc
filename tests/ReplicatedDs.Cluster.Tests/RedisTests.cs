using System.Net;
using System.Net.Sockets;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests;

public sealed class RedisTests
{
    [Fact]
    public async Task Redis_WhenAbsentFromPath_IsReplacedByAFile()
    {
        using var programs = new ProgramFolder("dotnet", "sh");
        var spec = new ClusterSpec { Count = 2, Spares = 1, Environment = new Dictionary<string, string> { ["PATH"] = programs.Path } };
        await using var cluster = await TestCluster.StartAsync(spec);
        Assert.Null(cluster.Describe().Redis);
        Assert.Contains("no redis-server", cluster.Host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(ProcessTable.Descendants(cluster.Host.Pid), process => process.Name == "redis-server");
        await cluster[1].WriteAsync("without", "redis");
        var joined = await cluster.Control.JoinAsync();
        Assert.Equal(3, joined.Id);
        Assert.Equal("redis", (await cluster[3].GetAsync("without")).Expect(HttpStatusCode.OK).Body);
        Assert.True(File.Exists(Path.Combine(cluster.Data, "ids.json")));
    }

    [Fact]
    public async Task Redis_WhenItDies_StopsNobodyButJoinersUntilItIsBack()
    {
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Count = 2, Spares = 1 });
        var redis = cluster.RedisServer();
        ProcessTable.Kill(redis.Pid);
        await Eventually.HoldsAsync("redis-server is gone", () => !ProcessTable.IsAlive(redis), () => cluster.Host.Output);

        await cluster[1].WriteAsync("redis", "is dead");
        await cluster[2].ShowsAsync("redis", "is dead");

        // Members that have their ids start without it, too.
        await cluster.Control.CrashAsync("replica-2");
        await cluster.Control.StartAsync("replica-2");
        await cluster[2].ShowsAsync("redis", "is dead");

        var joining = cluster.Control.JoinAsync();
        var health = await Eventually.SeesAsync(
            "the joiner says that it waits for Redis", () => cluster[3].HealthAsync(),
            answer => answer.Status == HttpStatusCode.ServiceUnavailable && answer.Body.Contains("Redis", StringComparison.OrdinalIgnoreCase));
        health.ExpectProblem(HttpStatusCode.ServiceUnavailable, "not-ready");
        Assert.False(joining.IsCompleted);
        (await cluster[3].PutAsync("to the joiner", "1")).ExpectProblem(HttpStatusCode.ServiceUnavailable);
        await cluster[1].WriteAsync("redis", "is missed by the joiner alone");

        await cluster.Control.StartAsync("redis-server");
        var joined = await joining;
        Assert.Equal(3, joined.Id);
        Assert.Equal("is missed by the joiner alone", (await cluster[3].GetAsync("redis")).Expect(HttpStatusCode.OK).Body);
    }

    [Fact]
    public async Task FixedPort_WhenItIsTaken_IsReplacedByAFreeOne()
    {
        const int FirstReplica = 7101;
        using var squatter = new TcpListener(IPAddress.Loopback, FirstReplica);
        try
        {
            squatter.Start();
        }
        catch (SocketException)
        {
            // Somebody else has it: as good.
        }

        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Count = 1, Ports = "fixed" });
        Assert.NotEqual(FirstReplica, cluster[1].Http.Port);
        Assert.Contains($"{FirstReplica}", cluster.Host.Output, StringComparison.Ordinal);
        await cluster[1].WriteAsync("port", "another");
    }
}
