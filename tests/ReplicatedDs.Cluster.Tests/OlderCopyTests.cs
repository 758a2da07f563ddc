using System.Net;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>A data folder is put back as it was some writes ago (a restored image): the replica comes back by itself, under another id.</summary>
public sealed class OlderCopyTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Replica_OnAnOlderCopyOfItsFolder_JoinsAnewAndLosesNothing()
    {
        await using var cluster = await TestCluster.StartAsync();
        var (folder, copy) = (Path.Combine(cluster.Data, "replica-2"), Path.Combine(_folder.Path, "replica-2"));
        var old = cluster.IdOf(2);
        await cluster[2].WriteAsync("before", "1");
        await cluster.Control.StopAsync("replica-2");
        TestFolder.Copy(folder, copy);
        await cluster.Control.StartAsync("replica-2");
        await cluster[2].WriteAsync("after", "2");
        await cluster.SettledAsync();

        await cluster.Control.StopAsync("replica-2");
        Directory.Delete(folder, recursive: true);
        TestFolder.Copy(copy, folder);
        await cluster.Control.StartAsync("replica-2");
        await Eventually.SeesAsync("replica-2 has joined anew", () => Task.FromResult(cluster.Slot(2).Id), id => id > 3);
        await cluster[2].ShowsAsync("before", "1");
        await cluster[2].ShowsAsync("after", "2");
        await cluster[2].WriteAsync("again", "3");

        // Nobody else may decide that no other process bears the old id.
        Assert.Equal("active", (await cluster[1].MembersAsync()).Members.Single(member => member.Id == old).Status);
        (await cluster[1].OperateAsync(HttpMethod.Post, $"/admin/evict/{old}")).Expect(HttpStatusCode.OK);
        await cluster.SettledAsync();
        for (var number = 1; number <= 3; number++)
        {
            await cluster[number].ShowsAsync("again", "3");
            Assert.Empty((await cluster[number].StatusAsync()).Quarantined);
        }
    }
}
