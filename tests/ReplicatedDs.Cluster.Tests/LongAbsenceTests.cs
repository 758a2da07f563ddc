using System.Net;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>A member that was away for longer than anybody's log reaches back, and wrote what nobody else has, catches up by itself.</summary>
public sealed class LongAbsenceTests
{
    private const int Values = 12;

    private static readonly string Large = new('x', 250_000);

    [Fact]
    public async Task Member_AwayForLongerThanTheLogs_JoinsItsStateWithThatOfAPeer()
    {
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec
        {
            Environment = new Dictionary<string, string> { ["Log__MaxMegabytes"] = "1", ["Log__KeepMegabytes"] = "1" },
        });
        var three = cluster.IdOf(3);
        await cluster[1].WriteAsync("deleted while away", "1");
        await cluster[1].WriteAsync("kept", "1");
        await cluster.SettledAsync();

        // 3 writes what does not leave it, and goes; its log is its own, so nothing of that may be lost.
        foreach (var peer in (int[])[1, 2])
        {
            await cluster[3].SetLinkAsync(cluster.IdOf(peer), """{"mode":"drop"}""");
        }

        await cluster[3].WriteAsync("written while cut off", "3");
        await cluster.Control.StopAsync("replica-3");
        for (var i = 0; i < Values; i++)
        {
            await cluster[1].WriteAsync($"large/{i}", $"{i}{Large}");
            await cluster[2].WriteAsync($"more/{i}", $"{i}{Large}");
        }

        (await cluster[1].DeleteAsync("deleted while away")).Expect(HttpStatusCode.OK);
        await Task.WhenAll(cluster[1].CoversAsync((await cluster[2].ClockAsync()).Delivered), cluster[2].CoversAsync((await cluster[1].ClockAsync()).Delivered));

        // A clean end writes a checkpoint, and cuts the log behind it.
        foreach (var name in (string[])["replica-1", "replica-2"])
        {
            await cluster.Control.StopAsync(name);
            await cluster.Control.StartAsync(name);
        }

        await cluster.Control.StartAsync("replica-3");
        await cluster.SettledAsync();

        for (var number = 1; number <= 3; number++)
        {
            Assert.Equal("1", (await cluster[number].GetAsync("kept")).Expect(HttpStatusCode.OK).Body);
            Assert.Equal("3", (await cluster[number].GetAsync("written while cut off")).Expect(HttpStatusCode.OK).Body);
            Assert.Equal(HttpStatusCode.NotFound, (await cluster[number].GetAsync("deleted while away")).Status);
            for (var i = 0; i < Values; i++)
            {
                Assert.Equal($"{i}{Large}", (await cluster[number].GetAsync($"large/{i}")).Expect(HttpStatusCode.OK).Body);
                Assert.Equal($"{i}{Large}", (await cluster[number].GetAsync($"more/{i}")).Expect(HttpStatusCode.OK).Body);
            }
        }

        await cluster[3].EventsAsync(
            "3 says that it took a snapshot",
            events => events.Any(one => one.Kind == "Restart" && one.Detail?.StartsWith("took a snapshot of replica", StringComparison.Ordinal) == true));
        await cluster[3].WriteAsync("after", "3");
        await cluster[1].ShowsAsync("after", "3");
        Assert.Equal(three, cluster.IdOf(3));
    }
}
