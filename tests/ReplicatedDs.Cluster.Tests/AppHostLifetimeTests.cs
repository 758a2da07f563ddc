using System.Diagnostics;
using System.Net;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests;

public sealed class AppHostLifetimeTests
{
    /// <summary>The AppHost kills whoever does not stop within this time.</summary>
    private static readonly TimeSpan KillsAfter = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task AppHost_KilledAndStoppedAndStartedAgain_LeavesNoProcessAndKeepsEverything()
    {
        using var home = new TestFolder();
        await using var cluster = await TestCluster.StartAsync(
            new ClusterSpec { HasDashboard = true, Environment = new Dictionary<string, string> { ["HOME"] = home.Path } });
        await IsCompleteAsync(cluster);
        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Path)); // all that is kept is in the data folder
        Assert.DoesNotContain("DataProtection", cluster.Host.Output, StringComparison.Ordinal);
        var clusterId = cluster.Describe().ClusterId;
        var written = await WriteAsync(cluster, "first run");

        // kill -9: nobody is told.
        var children = ProcessTable.Descendants(cluster.Host.Pid);
        Assert.True(children.Count >= 5, $"Expected three replicas, a dashboard and a Redis, but the children are {string.Join(", ", children)}");
        cluster.Host.Kill();
        await cluster.GoneAsync(children, TimeSpan.FromSeconds(2));
        await cluster.Host.ExitedAsync(TimeSpan.FromSeconds(10));

        await cluster.RestartAsync();
        await IsCompleteAsync(cluster);
        Assert.Equal(clusterId, cluster.Describe().ClusterId);
        await Durable.EverywhereAsync(cluster.Running(), written, TimeSpan.FromSeconds(5));
        written = [.. written, .. await WriteAsync(cluster, "second run")];

        var stopping = Stopwatch.StartNew();
        await cluster.StopAsync();
        Assert.True(stopping.Elapsed < KillsAfter, $"The shutdown took {stopping.Elapsed}: somebody had to be killed.");
        Assert.Equal(0, cluster.Host.ExitCode);
        Assert.False(File.Exists(cluster.ClusterFile), "cluster.json is still there after the shutdown.");

        await cluster.RestartAsync();
        await IsCompleteAsync(cluster);
        await Durable.EverywhereAsync(cluster.Running(), written, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task AppHost_OnAFolderInUse_IsRefused()
    {
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Count = 1 });
        var second = await ProgramProcess.RunAsync(Programs.AppHost, new ClusterSpec { Count = 1 }.Arguments(cluster.Data));
        Refusal.Check(second, "Another AppHost");

        Assert.False(cluster.Host.HasExited);
        await cluster[1].WriteAsync("still", "here");
    }

    private static async Task IsCompleteAsync(TestCluster cluster)
    {
        var description = cluster.Describe();
        Assert.Equal(["replica-1", "replica-2", "replica-3"], description.Replicas.Select(replica => replica.Name));
        Assert.Equal([1, 2, 3], description.Replicas.Select(replica => replica.Id));
        Assert.All(description.Replicas, replica => Assert.Equal("Running", replica.State));
        Assert.NotNull(description.Redis);
        await Eventually.SeesAsync(
            "the dashboard serves",
            () => Http.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(description.Dashboard!), "/health"))),
            answer => answer.Status == HttpStatusCode.OK);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(cluster.ClusterFile) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), "cluster.json is readable for others.");
        await Eventually.HoldsAsync(
            "the console says that the cluster serves",
            () => cluster.Host.Output.Contains("Distributed application started. Press Ctrl+C to shut down.", StringComparison.Ordinal),
            () => cluster.Host.Output);
        foreach (var replica in cluster.Running())
        {
            (await replica.HealthAsync()).Expect(HttpStatusCode.OK);
            Assert.Equal(description.ClusterId, (await replica.StatusAsync()).ClusterId);
        }
    }

    private static async Task<List<AcknowledgedWrite>> WriteAsync(TestCluster cluster, string prefix)
    {
        var written = new List<AcknowledgedWrite>();
        foreach (var replica in cluster.Running())
        {
            for (var i = 0; i < 20; i++)
            {
                var key = $"{prefix} {replica.Name} {i}";
                written.Add(new AcknowledgedWrite(key, "value " + key, (await replica.WriteAsync(key, "value " + key)).Write.Dot));
            }
        }

        return written;
    }
}
