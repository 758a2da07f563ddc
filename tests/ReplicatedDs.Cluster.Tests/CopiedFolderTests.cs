using System.Net;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>A data folder that was copied and runs twice: the second process writes nothing, the first does not notice.</summary>
public sealed class CopiedFolderTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task SecondProcessUnderOneId_IsTurnedAwayByItsPeers()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster[2].WriteAsync("before", "1");
        await cluster.Control.StopAsync("replica-2");
        var copy = Path.Combine(_folder.Path, "replica-2");
        TestFolder.Copy(Path.Combine(cluster.Data, "replica-2"), copy);
        await cluster.Control.StartAsync("replica-2");
        await cluster.SettledAsync();

        // Who is heard first keeps the id: both others have to have heard this one.
        await cluster[2].WriteAsync("again", "1");
        await cluster[1].ShowsAsync("again", "1");
        await cluster[3].ShowsAsync("again", "1");

        var http = Ports.Free();
        await using var second = ProgramProcess.Start(Programs.Replica, [], new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{http}",
            ["Replication__Port"] = $"{Ports.Free()}",
            ["Replica__Name"] = "replica-2",
            ["Replica__Data"] = copy,
            ["Cluster__Key"] = cluster.Describe().ClusterKey,
            ["Cluster__Peers"] = $"replica-1={cluster[1].Peer},replica-3={cluster[3].Peer}",
            ["Ids__File"] = Path.Combine(_folder.Path, "ids.json"),
        });
        var twin = new ReplicaApi(cluster.Slot(2) with { Http = $"http://127.0.0.1:{http}" }, cluster.Describe().ClusterKey);
        await Eventually.SeesAsync(
            "the copy is told that replica 2 runs elsewhere",
            async () => second.HasExited ? second.Output : (await StatusAsync(twin))?.Refusal ?? "",
            refusal => refusal.Contains("Another process runs as replica 2", StringComparison.Ordinal));
        (await twin.PutAsync("from the copy", "1")).ExpectProblem(HttpStatusCode.ServiceUnavailable, "id-in-use");

        await cluster[2].WriteAsync("after", "2");
        await cluster[1].ShowsAsync("after", "2");
        Assert.Empty((await cluster[1].StatusAsync()).Quarantined);
        Assert.Equal(HttpStatusCode.NotFound, (await cluster[1].GetAsync("from the copy")).Status);
    }

    private static async Task<StatusView?> StatusAsync(ReplicaApi replica)
    {
        try
        {
            return await replica.StatusAsync();
        }
        catch (HttpRequestException)
        {
            return null; // it does not listen yet
        }
    }
}
