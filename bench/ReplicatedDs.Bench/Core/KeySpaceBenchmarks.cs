using System.Globalization;
using BenchmarkDotNet.Attributes;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Bench.Core;

/// <summary>Keys of 16 bytes at random: to read one, and to write 256 as one step does.</summary>
[MemoryDiagnoser]
public class KeySpaceBenchmarks
{
    private const int PerStep = 256;
    private const int Picked = PerStep * 1024;

    private static readonly VectorClock Everything = VectorClock.Of((1, long.MaxValue));

    private readonly string[] _picked = new string[Picked];
    private KeySpace _keys = KeySpace.Empty;

    [Params(100_000, 1_000_000)]
    public int Keys { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var random = new Random(7);
        string[] names = [.. Enumerable.Range(0, Keys).Select(number => string.Create(CultureInfo.InvariantCulture, $"key:{number:d12}"))];
        random.Shuffle(names);
        var keys = KeySpace.Empty.ToBuilder();
        foreach (var name in names)
        {
            keys.Set(name, State(null));
        }

        _keys = keys.ToKeySpace();
        for (var i = 0; i < Picked; i++)
        {
            _picked[i] = new string(names[random.Next(Keys)].AsSpan()); // as it comes from a client
        }
    }

    [Benchmark(OperationsPerInvoke = Picked)]
    public long Find()
    {
        long bytes = 0;
        foreach (var key in _picked)
        {
            bytes += _keys.Find(key)!.ToBytes().Span[0];
        }

        return bytes;
    }

    [Benchmark(OperationsPerInvoke = Picked)]
    public KeySpace Write()
    {
        var keys = _keys;
        foreach (var step in _picked.Chunk(PerStep))
        {
            var staged = keys.ToBuilder();
            foreach (var key in step)
            {
                staged.Set(key, State(staged.Find(key)));
            }

            keys = staged.ToKeySpace();
        }

        return keys;
    }

    private static KeyState State(KeyState? before) =>
        KeyState.Write(before, new KeyVersion(new Dot(1, 1), new HybridTimestamp(1), VersionKind.Register, new byte[100], null), Everything);
}
