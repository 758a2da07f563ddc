using System.Buffers;
using ReplicatedDs.Bench.Report;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Wire;

namespace ReplicatedDs.Bench.Core;

/// <summary>The core alone, in this process and on one thread: how many updates of others it delivers, and what an update's metadata weighs on the wire.</summary>
internal static class CoreRows
{
    private const int PerStep = 256;
    private const int Count = 200_000;

    public static List<Row> Run(int rounds)
    {
        var ordered = new History(Count, burst: 16);
        var deep = new History(1_000_000, burst: 1);
        var inOrder = new Row("core-ordered", "Delivery core, updates in order", "per s", Verdict.Up, 1e6, 3e6, [], null, []);
        var randomly = new Row("core-random", "Delivery core, random order, up to 100,000 waiting", "per s", Verdict.Up, 0.3e6, 1e6, [], null, []);
        var depth = new Row("core-depth", "Time for an update with 1,000,000 waiting, by the time with 100 waiting", "ns", Verdict.RatioDown, 2, 1, [], "100 waiting", []);
        var bytes = new Row("core-bytes", "Allocated by the core for an update in order", "bytes", Verdict.Down, null, 0, [], null, []);
        for (var round = -1; round < rounds; round++)
        {
            var (time, allocated) = Deliver(ordered, ordered.Updates);
            var random = Deliver(ordered, Shuffled(ordered.Updates, 100_000)).Time;
            var (few, many) = (round < 0 ? default : Deliver(deep, Shuffled(deep.Updates, 100)).Time, round < 0 ? default : Deliver(deep, Shuffled(deep.Updates, deep.Updates.Length)).Time);
            if (round < 0)
            {
                continue; // for the runtime's compiler
            }

            inOrder.Ours.Add(Count / time.TotalSeconds);
            bytes.Ours.Add((double)allocated / Count);
            randomly.Ours.Add(Count / random.TotalSeconds);
            depth.Ours.Add(many.TotalNanoseconds / deep.Updates.Length);
            depth.Others.Add(few.TotalNanoseconds / deep.Updates.Length);
        }

        return
        [
            inOrder, randomly, depth, bytes,
            new Row("wire-uniform", "Metadata of an update on the wire, 16 replicas, all write alike", "bytes", Verdict.Down, 32, 20, [Metadata(deep.Updates[..20_000])], null, []),
            new Row("wire-burst", "The same, each writes in bursts of 16", "bytes", Verdict.Down, 16, 8, [Metadata(ordered.Updates[..20_000])], null, []),
        ];
    }

    /// <summary>Steps a fresh core through all arrivals; ends with everything delivered. The time is the processor's, collection of garbage included.</summary>
    public static (TimeSpan Time, long Allocated) Deliver(History history, IReadOnlyList<Update> order)
    {
        var steps = History.Arrivals(order, PerStep);
        var core = history.Core();
        GC.Collect();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var before = Environment.CpuUsage.TotalTime;
        var now = 0L;
        foreach (var step in steps)
        {
            core.Step(step, new(1_700_000_000_000_000 + (now += 1000), now));
        }

        var time = Environment.CpuUsage.TotalTime - before;
        return core.PendingCount == 0
            ? (time, GC.GetAllocatedBytesForCurrentThread() - allocated)
            : throw new InvalidOperationException($"{core.PendingCount} updates were not delivered.");
    }

    /// <summary>Mixed within windows of that many, so that about as many wait.</summary>
    public static Update[] Shuffled(Update[] updates, int window)
    {
        var mixed = (Update[])updates.Clone();
        var random = new Random(7);
        for (var from = 0; from < mixed.Length; from += window)
        {
            random.Shuffle(mixed.AsSpan(from, Math.Min(window, mixed.Length - from)));
        }

        return mixed;
    }

    /// <summary>What a batch of 256 updates takes beyond keys and values, by update.</summary>
    private static double Metadata(Update[] updates)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var batch in updates.Chunk(PerStep))
        {
            UpdateCodec.WriteBatch(buffer, batch);
        }

        return (double)(buffer.WrittenCount - updates.Sum(update => update.Operations.Sum(operation => operation is SetOperation set ? set.Key.Length + set.Value.Length : 0))) / updates.Length;
    }
}
