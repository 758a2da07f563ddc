using System.Net;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Cluster.Tests.Harness;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>Replicas that are started at once with the same settings but their names, as a supervisor of many does.</summary>
public sealed class FounderTests : IDisposable
{
    private const string ClusterKey = "the key of the founder's cluster";

    private readonly TestFolder _folder = new();
    private readonly int[] _ports = [.. Enumerable.Range(0, 6).Select(_ => Ports.Free())];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Founder_FoundsOnce_AndJoinsAnewWithoutItsFolder()
    {
        await using var two = Start(2);
        await using var three = Start(3);
        var replicas = new ReplicaApi[] { Api(1), Api(2), Api(3) };
        string cluster;
        await using (var one = Start(1))
        {
            foreach (var replica in replicas)
            {
                await ReadyAsync(replica, one, two, three);
            }

            var statuses = await Task.WhenAll(replicas.Select(replica => replica.StatusAsync()));
            cluster = Assert.Single(statuses.Select(status => status.ClusterId).Distinct());
            Assert.Equal(1, statuses[0].Replica);
            await replicas[0].WriteAsync("x", "1");
            await replicas[1].ShowsAsync("x", "1");
        }

        Directory.Delete(PathOf("replica-1"), recursive: true);
        await using var again = Start(1);
        await ReadyAsync(replicas[0], again, two, three);
        var status = await replicas[0].StatusAsync();
        Assert.Equal(cluster, status.ClusterId);
        Assert.True(status.Replica > 3, $"It has the id {status.Replica} again.");
        await replicas[0].ShowsAsync("x", "1");
    }

    /// <summary>Who does not answer may be the rest of its cluster.</summary>
    [Fact]
    public async Task Founder_WhileOnePeerDoesNotAnswer_Waits()
    {
        await using var one = Start(1);
        await using var two = Start(2);
        var answer = await Eventually.SeesAsync(
            "the founder says whom it waits for", () => Api(1).HealthAsync(), answer => answer.Body.Contains("not every peer", StringComparison.Ordinal));
        answer.ExpectProblem(HttpStatusCode.ServiceUnavailable, "not-ready");
        await using var three = Start(3);
        await ReadyAsync(Api(1), one, two, three);
    }

    private static async Task ReadyAsync(ReplicaApi replica, params ProgramProcess[] processes) => await Eventually.SeesAsync(
        $"{replica.Name} is ready",
        () => processes.FirstOrDefault(process => process.HasExited) is { } ended ? throw new XunitException(ended.Output) : replica.HealthAsync(),
        answer => answer.Status == HttpStatusCode.OK,
        TestCluster.StartDeadline);

    private string PathOf(string name) => Path.Combine(_folder.Path, name);

    private ReplicaApi Api(int number) => new(
        new ResourceView($"replica-{number}", null, null, "", $"http://127.0.0.1:{_ports[number - 1]}", $"http://127.0.0.1:{_ports[number + 2]}", null, null), ClusterKey);

    private ProgramProcess Start(int number) => ProgramProcess.Start(Programs.Replica, [], new Dictionary<string, string>
    {
        ["Replica__Name"] = $"replica-{number}",
        ["Replica__Data"] = PathOf($"replica-{number}"),
        ["Replica__Founder"] = "replica-1",
        ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_ports[number - 1]}",
        ["Replication__Port"] = $"{_ports[number + 2]}",
        ["Cluster__Key"] = ClusterKey,
        ["Cluster__Peers"] = string.Join(';', Enumerable.Range(1, 3).Select(other => $"replica-{other}=http://127.0.0.1:{_ports[other + 2]}")),
        ["Ids__File"] = PathOf("ids.json"),
    });
}
