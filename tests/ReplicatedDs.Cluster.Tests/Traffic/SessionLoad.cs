using System.Collections.Concurrent;
using System.Diagnostics;
using ReplicatedDs.Client;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests.Traffic;

/// <summary>Sessions of the .NET client that write and read back what they wrote, until they are stopped. Any request that fails fails the load.</summary>
internal sealed class SessionLoad : IAsyncDisposable
{
    private readonly ReplicatedDsClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<AcknowledgedWrite> _acknowledged = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<Task> _sessions;

    private SessionLoad(IEnumerable<Uri> replicas, int sessions, TimeSpan pause)
    {
        var options = new ReplicatedDsClientOptions { Order = ReplicaOrder.Spread };
        foreach (var replica in replicas)
        {
            options.Replicas.Add(replica);
        }

        _client = new ReplicatedDsClient(options);
        _sessions = [.. Enumerable.Range(0, sessions).Select(number => Task.Run(() => WriteAsync(_client.StartSession(), number, pause)))];
    }

    public IReadOnlyCollection<AcknowledgedWrite> Acknowledged => _acknowledged;

    public double PerSecond => _acknowledged.Count / _clock.Elapsed.TotalSeconds;

    /// <param name="pause">Of each session, from one write to the next.</param>
    public static SessionLoad Start(IEnumerable<Uri> replicas, int sessions, TimeSpan pause) => new(replicas, sessions, pause);

    /// <summary>Waits until that many writes more were acknowledged, or a request has failed.</summary>
    public Task GoesOnAsync(int count)
    {
        var target = _acknowledged.Count + count;
        return Eventually.HoldsAsync(
            $"{count} further writes are acknowledged",
            () => _acknowledged.Count >= target || _sessions.Exists(session => session.IsFaulted),
            () => $"{_acknowledged.Count} of {target}");
    }

    /// <summary>Waits for the last answers. Throws what a request failed with.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        _clock.Stop();
        await Task.WhenAll(_sessions);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_sessions).ContinueWith(_ => { }, TaskScheduler.Default); // what failed is told by StopAsync
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task WriteAsync(CausalSession session, int number, TimeSpan pause)
    {
        using var timer = new PeriodicTimer(pause);
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            var (key, value) = ($"session/{number}/{i}", $"{number} wrote {i}");
            var update = await session.SetAsync(key, value, cancellationToken: CancellationToken.None);
            _acknowledged.Enqueue(new AcknowledgedWrite(key, value, update.Dot.ToString()));

            // Its own write is there, whichever replica answers now.
            Assert.Equal(value, (await session.GetAsync(key, CancellationToken.None))?.Text);
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
