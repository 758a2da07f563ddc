using System.Net;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests;

public sealed class FullFolderTests
{
    [Fact]
    public async Task DataFolder_WhenItIsFull_RefusesWritesAndLosesNothing()
    {
        using var disk = SmallDisk.Mount(megabytes: 64);
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Count = 2 }, disk.Path);
        var written = new List<AcknowledgedWrite>();
        for (var i = 0; i < 50; i++)
        {
            await TryWriteAsync(cluster[i % 2 + 1], $"before/{i}", written, mustSucceed: true);
        }

        await cluster.SettledAsync();
        disk.Fill();
        foreach (var number in new[] { 1, 2 })
        {
            // Room that the log had reserved may take a few more.
            var replica = cluster[number];
            var count = 0;
            var refusal = await Eventually.SeesAsync(
                $"{replica.Name} refuses writes", () => TryWriteAsync(replica, $"full/{number}/{count++}", written), answer => answer.Status != HttpStatusCode.OK);
            refusal.ExpectProblem(HttpStatusCode.InsufficientStorage, "storage-full");
            Assert.Equal("value of before/0", (await replica.GetAsync("before/0")).Expect(HttpStatusCode.OK).Body);
            (await replica.GetAsync($"full/{number}/{count - 1}")).Expect(HttpStatusCode.NotFound);
        }

        disk.Free();
        foreach (var number in new[] { 1, 2 })
        {
            var count = 0;
            await Eventually.SeesAsync(
                $"replica-{number} takes writes again", () => TryWriteAsync(cluster[number], $"after/{number}/{count++}", written), answer => answer.Status == HttpStatusCode.OK);
        }

        await Durable.EverywhereAsync(cluster.Running(), written, Eventually.Patience);
        await cluster.StopAsync();
        await cluster.RestartAsync();
        await Durable.EverywhereAsync(cluster.Running(), written, Eventually.Patience);
    }

    private static async Task<Answer> TryWriteAsync(ReplicaApi replica, string key, List<AcknowledgedWrite> written, bool mustSucceed = false)
    {
        var answer = await replica.PutAsync(key, "value of " + key);
        if (answer.Status == HttpStatusCode.OK)
        {
            written.Add(new AcknowledgedWrite(key, "value of " + key, answer.Read<WriteView>().Dot));
        }

        return mustSucceed ? answer.Expect(HttpStatusCode.OK) : answer;
    }
}
