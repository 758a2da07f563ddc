using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>Writes distinct keys at a steady rate at several replicas and remembers every write that was answered 200.</summary>
internal sealed class WriteLoad : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<AcknowledgedWrite> _acknowledged = new();
    private readonly ConcurrentDictionary<string, int> _perReplica = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Task _run;

    private WriteLoad(IReadOnlyList<ReplicaApi> replicas, int perSecond, string prefix) =>
        _run = Task.WhenAll(replicas.Select(replica => Task.Run(() => WriteAsync(replica, perSecond, prefix))));

    public IReadOnlyCollection<AcknowledgedWrite> Acknowledged => _acknowledged;

    public double PerSecond => _acknowledged.Count / _clock.Elapsed.TotalSeconds;

    /// <param name="perSecond">At each replica.</param>
    public static WriteLoad Start(IReadOnlyList<ReplicaApi> replicas, int perSecond, string prefix) => new(replicas, perSecond, prefix);

    /// <summary>Waits until that many writes more were acknowledged at a replica.</summary>
    public Task GoesOnAsync(string replica, int count)
    {
        var target = _perReplica.GetValueOrDefault(replica) + count;
        return Eventually.HoldsAsync(
            $"{count} further writes are acknowledged at {replica}",
            () => _perReplica.GetValueOrDefault(replica) >= target,
            () => string.Join(", ", _perReplica.Select(entry => $"{entry.Key} {entry.Value}")));
    }

    /// <summary>Stops writing and waits for the last answers.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _clock.Stop();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task WriteAsync(ReplicaApi replica, int perSecond, string prefix)
    {
        const int UnderWayMax = 64;
        using var room = new SemaphoreSlim(UnderWayMax);
        using var timer = new PeriodicTimer(Tick);
        var clock = Stopwatch.StartNew();
        var number = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                for (var due = (int)(clock.Elapsed.TotalSeconds * perSecond); number < due; number++)
                {
                    if (room.Wait(0))
                    {
                        _ = WriteOneAsync(replica, $"{prefix}/{replica.Name}/{number}", room);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            for (var i = 0; i < UnderWayMax; i++)
            {
                await room.WaitAsync(); // all that were under way have ended
            }
        }
    }

    private async Task WriteOneAsync(ReplicaApi replica, string key, SemaphoreSlim room)
    {
        try
        {
            var answer = await replica.PutAsync(key, "value of " + key);
            if (answer.Status == HttpStatusCode.OK)
            {
                _acknowledged.Enqueue(new AcknowledgedWrite(key, "value of " + key, answer.Read<WriteView>().Dot));
                _perReplica.AddOrUpdate(replica.Name, 1, (_, count) => count + 1);
            }
        }
        catch (HttpRequestException)
        {
            // It is down: nothing was promised.
        }
        finally
        {
            room.Release();
        }
    }
}
