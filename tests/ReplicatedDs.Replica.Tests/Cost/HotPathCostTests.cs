using System.Buffers;
using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Replica.Gateways.Resp;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Tests.Cost;

/// <summary>Bytes that are allocated where every command passes. Times are for bench/.</summary>
public sealed class HotPathCostTests
{
    private const int Count = 1_000;

    [Fact]
    public void Decoder_OfAPipeline_AllocatesTheWordsAndNothingElse()
    {
        var commands = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(
            $"*3\r\n$3\r\nSET\r\n$16\r\nkey:000000012345\r\n$100\r\n{new string('v', 100)}\r\n", Count)));
        Decode(commands);
        var bytes = Allocated(() => Decode(commands)) / Count;

        // The key, the value, the array of three; the name is that of the command before.
        Assert.True(bytes <= 40 + 128 + 48 + 16, $"{bytes} bytes for a SET.");
    }

    [Fact]
    public void EventRing_WhileNobodyReads_AllocatesNothing()
    {
        var ring = new EventRing();
        var read = new ReplicaEvent(ReplicaEventKind.Read) { Key = "k", Dot = new Dot(1, 1) };
        ring.Add(1, read);
        Assert.Equal(0, Allocated(() =>
        {
            for (var i = 0; i < Count; i++)
            {
                ring.Add(i, read);
            }
        }));
    }

    private static void Decode(byte[] commands)
    {
        var decoder = new RespDecoder();
        var buffer = new ReadOnlySequence<byte>(commands);
        for (var i = 0; i < Count; i++)
        {
            Assert.NotNull(decoder.Read(ref buffer));
        }

        Assert.True(buffer.IsEmpty);
    }

    private static long Allocated(Action action)
    {
        action(); // the runtime's compiler
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
