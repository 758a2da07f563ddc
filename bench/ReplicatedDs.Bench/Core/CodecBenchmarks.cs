using System.Buffers;
using BenchmarkDotNet.Attributes;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Wire;

namespace ReplicatedDs.Bench.Core;

/// <summary>A batch of 256 updates to bytes and back.</summary>
[MemoryDiagnoser]
public class CodecBenchmarks
{
    private const int Count = 256;
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 20);
    private Update[] _updates = null!;
    private byte[] _bytes = null!;

    [Params(1, 16)]
    public int Burst { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _updates = new History(Count, Burst).Updates;
        Write();
        _bytes = _buffer.WrittenSpan.ToArray();
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public int Write()
    {
        _buffer.ResetWrittenCount();
        UpdateCodec.WriteBatch(_buffer, _updates);
        return _buffer.WrittenCount;
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public int Read() => UpdateCodec.ReadBatch(_bytes).Length;
}
