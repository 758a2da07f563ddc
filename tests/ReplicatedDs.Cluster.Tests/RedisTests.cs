using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ReplicatedDs.Client.Api;
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

    /// <summary>A cluster is founded, by itself, as soon as the Redis that is named answers; what it waits for is said once.</summary>
    [Fact]
    public async Task Redis_ThatIsNamedAndNotThereYet_IsWaitedForByTheFounder()
    {
        using var folder = new TestFolder();
        var (http, redis) = (Ports.Free(), Ports.Free());
        var founder = new ReplicaApi(new ResourceView("replica-1", null, null, "", $"http://127.0.0.1:{http}", $"http://127.0.0.1:{http}", null, null), "the key of the founder's cluster");
        await using var process = ProgramProcess.Start(Programs.Replica, [], new Dictionary<string, string>
        {
            ["Replica__Name"] = founder.Name,
            ["Replica__Data"] = Path.Combine(folder.Path, founder.Name),
            ["Replica__Found"] = "true",
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{http}",
            ["Replication__Port"] = $"{Ports.Free()}",
            ["Cluster__Key"] = "the key of the founder's cluster",
            ["ConnectionStrings__redis"] = $"127.0.0.1:{redis}",
        });
        var health = await Eventually.SeesAsync(
            "the founder says that it waits for Redis", founder.HealthAsync, answer => answer.Body.Contains($"Redis at 127.0.0.1:{redis} does not answer", StringComparison.Ordinal));
        health.ExpectProblem(HttpStatusCode.ServiceUnavailable, "not-ready");

        using var server = Process.Start(new ProcessStartInfo("redis-server", ["--port", $"{redis}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]) { WorkingDirectory = folder.Path, RedirectStandardOutput = true })!;
        try
        {
            await Eventually.SeesAsync("the founder is ready", founder.HealthAsync, answer => answer.Status == HttpStatusCode.OK, TestCluster.StartDeadline);
        }
        finally
        {
            server.Kill();
        }

        Assert.Equal(1, (await founder.StatusAsync()).Replica);
        Assert.Equal(2, process.Output.Split("Waiting for an id").Length);
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
