using ReplicatedDs.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace ReplicatedDs.Cluster.Tests;

public sealed class CrashTests(CrashTests.Fixture fixture, ITestOutputHelper output) : IClassFixture<CrashTests.Fixture>
{
    private const int WritesPerSecond = 200; // at each replica
    private static readonly TimeSpan EverywhereWithin = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(1)]
    public async Task Crash_DuringWrites_LosesNoAcknowledgedWrite(int victim)
    {
        var cluster = fixture.Cluster;
        var name = $"replica-{victim}";
        var survivor = $"replica-{victim % 3 + 1}";
        var before = cluster.Slot(victim);
        await using var load = WriteLoad.Start([cluster[1], cluster[2], cluster[3]], WritesPerSecond, $"crash-{victim}");
        await load.GoesOnAsync(name, WritesPerSecond);
        await cluster.Control.CrashAsync(name);
        await load.GoesOnAsync(survivor, WritesPerSecond);
        var after = await cluster.Control.StartAsync(name);
        await load.StopAsync();

        await Durable.EverywhereAsync([cluster[1], cluster[2], cluster[3]], load.Acknowledged, EverywhereWithin);
        Assert.Equal(before.Id, after.Id);
        Assert.NotEqual(before.Pid, after.Pid);
        output.WriteLine($"{load.Acknowledged.Count} writes acknowledged, {load.PerSecond:0} per second.");
    }

    [Fact]
    public async Task Crash_OfTwoAtOnce_LosesNoAcknowledgedWrite()
    {
        var cluster = fixture.Cluster;
        await using var load = WriteLoad.Start([cluster[1], cluster[2], cluster[3]], WritesPerSecond, "crash-two");
        await load.GoesOnAsync("replica-1", WritesPerSecond / 2);
        await Task.WhenAll(cluster.Control.CrashAsync("replica-2"), cluster.Control.CrashAsync("replica-3"));
        await load.GoesOnAsync("replica-1", WritesPerSecond / 2);
        await load.StopAsync();
        await Task.WhenAll(cluster.Control.StartAsync("replica-2"), cluster.Control.StartAsync("replica-3"));
        await Durable.EverywhereAsync([cluster[1], cluster[2], cluster[3]], load.Acknowledged, EverywhereWithin);
    }

    public sealed class Fixture : ClusterFixture;
}
