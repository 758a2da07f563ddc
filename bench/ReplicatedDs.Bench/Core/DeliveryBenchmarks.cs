using BenchmarkDotNet.Attributes;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Bench.Core;

/// <summary>The whole core beside the naive delivery, which does nothing but deliver: no state, no events.</summary>
[MemoryDiagnoser]
public class DeliveryBenchmarks
{
    private const int Count = 10_000;
    private History _history = null!;
    private Update[] _order = null!;

    /// <summary>How many updates are mixed: about as many wait.</summary>
    [Params(1, 100, 2_000)]
    public int Window { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _history = new History(Count, burst: 1);
        _order = CoreRows.Shuffled(_history.Updates, Window);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    public long ScanEverything()
    {
        var naive = new NaiveDelivery(_history.Delivered);
        foreach (var update in _order)
        {
            naive.Arrive(update);
        }

        return naive.Delivered.Count;
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public TimeSpan Core() => CoreRows.Deliver(_history, _order).Time;
}
