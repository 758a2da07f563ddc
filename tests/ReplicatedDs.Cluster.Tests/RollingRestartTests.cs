using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using ReplicatedDs.Client;
using ReplicatedDs.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>Every replica is stopped and started again, one after the other, while clients write.</summary>
public sealed class RollingRestartTests(ITestOutputHelper output)
{
    private const int Replicas = 5;
    private const int Sessions = 40;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40); // with 40 sessions 1,000 writes a second, where the machine can
    private static readonly TimeSpan EverywhereWithin = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task EachReplicaInTurn_UnderLoad_NoRequestFailsAndNothingIsLost()
    {
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Count = Replicas });
        using var client = new ReplicatedDsClient(Options(cluster));
        using var stop = new CancellationTokenSource();
        var written = new ConcurrentQueue<AcknowledgedWrite>();
        var clock = Stopwatch.StartNew();
        var writing = Enumerable.Range(0, Sessions).Select(number => Task.Run(() => WriteAsync(client.StartSession(), number, written, stop.Token))).ToList();

        for (var number = 1; number <= Replicas; number++)
        {
            await GoOnAsync(written, writing);
            await cluster.Control.StopAsync($"replica-{number}");
            await GoOnAsync(written, writing);
            await cluster.Control.StartAsync($"replica-{number}");
            var again = cluster[number];
            await Eventually.SeesAsync($"replica-{number} takes writes again", () => again.PutAsync($"again/{number}", "here"), answer => answer.Status == HttpStatusCode.OK);
        }

        await GoOnAsync(written, writing);
        await stop.CancelAsync();
        await Task.WhenAll(writing); // a request that failed fails the test here
        var seconds = clock.Elapsed.TotalSeconds;

        await Durable.EverywhereAsync([.. Enumerable.Range(1, Replicas).Select(number => cluster[number])], written, EverywhereWithin);
        output.WriteLine($"{written.Count} writes, {written.Count / seconds:0} a second, while {Replicas} replicas were restarted within {seconds:0} s.");
    }

    private static ReplicatedDsClientOptions Options(TestCluster cluster)
    {
        var options = new ReplicatedDsClientOptions { Order = ReplicaOrder.Spread };
        for (var number = 1; number <= Replicas; number++)
        {
            options.Replicas.Add(new Uri(cluster.Slot(number).Http!));
        }

        return options;
    }

    private static async Task WriteAsync(CausalSession session, int number, ConcurrentQueue<AcknowledgedWrite> written, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Pause);
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var (key, value) = ($"rolling/{number}/{i}", $"{number} wrote {i}");
            var update = await session.SetAsync(key, value, cancellationToken: CancellationToken.None);
            written.Enqueue(new AcknowledgedWrite(key, value, update.Dot.ToString()));

            // Its own write is there, whichever replica answers now.
            Assert.Equal(value, (await session.GetAsync(key, CancellationToken.None))?.Text);
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private static Task GoOnAsync(ConcurrentQueue<AcknowledgedWrite> written, List<Task> writing)
    {
        var target = written.Count + 500;
        return Eventually.HoldsAsync(
            "500 further writes are acknowledged",
            () => written.Count >= target || writing.Exists(task => task.IsFaulted),
            () => $"{written.Count} of {target}");
    }
}
