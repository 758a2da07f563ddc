using System.Collections.Concurrent;
using System.Diagnostics;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Cluster.Tests.Traffic;

/// <summary>Counts what became of calls, and successful writes by place and second. Safe from any thread.</summary>
internal sealed class Tally(int places)
{
    private const int ExamplesMax = 10;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ConcurrentDictionary<(int Place, int Second), int> _writes = new();
    private readonly ConcurrentDictionary<(string Door, string Operation), int> _operations = new();
    private readonly ConcurrentDictionary<int, long> _acknowledged = new();
    private readonly ConcurrentQueue<string> _surprises = new();
    private readonly long[] _endings = new long[Enum.GetValues<Ending>().Length];
    private long _written;
    private long _answered;

    public TimeSpan Elapsed => _clock.Elapsed;

    /// <value>Successful writes.</value>
    public long Written => Interlocked.Read(ref _written);

    /// <value>Successful calls.</value>
    public long Answered => Interlocked.Read(ref _answered);

    /// <value>Successful calls by the way in and what they did.</value>
    public IReadOnlyDictionary<(string Door, string Operation), int> Operations => _operations;

    /// <value>The first answers that no fault explains.</value>
    public IReadOnlyCollection<string> Surprises => _surprises;

    public long this[Ending ending] => Interlocked.Read(ref _endings[(int)ending]);

    /// <summary>The greatest counter of a replica that an answer has counted.</summary>
    public long Acknowledged(int id) => _acknowledged.GetValueOrDefault(id);

    public void Ended(Reply reply)
    {
        if (reply.Token is not null && CausalToken.TryPeek(reply.Token, out var clock))
        {
            foreach (var (replica, counter) in clock)
            {
                _acknowledged.AddOrUpdate(replica.Value, counter, (_, known) => Math.Max(known, counter));
            }
        }

        Interlocked.Increment(ref _endings[(int)reply.Ending]);
        if (reply.Ending == Ending.Surprise && _surprises.Count < ExamplesMax)
        {
            _surprises.Enqueue(reply.Detail ?? "nothing");
        }
    }

    public void Did(string door, string operation)
    {
        Interlocked.Increment(ref _answered);
        _operations.AddOrUpdate((door, operation), 1, static (_, count) => count + 1);
    }

    public void Wrote(Place place)
    {
        Interlocked.Increment(ref _written);
        _writes.AddOrUpdate((place.Number, (int)_clock.Elapsed.TotalSeconds), 1, static (_, count) => count + 1);
    }

    /// <summary>Successful writes per second: for each place one number per second.</summary>
    public int[][] PerSecond(int seconds) =>
        [.. Enumerable.Range(0, places).Select(place => Enumerable.Range(0, seconds).Select(second => _writes.GetValueOrDefault((place, second))).ToArray())];
}
