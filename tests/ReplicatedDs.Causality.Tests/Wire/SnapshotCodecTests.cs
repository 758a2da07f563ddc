using ReplicatedDs.Causality.Wire;

namespace ReplicatedDs.Causality.Tests.Wire;

public sealed class SnapshotCodecTests
{
    [Fact]
    public async Task WriteAsync_OfAnEmptyState_GivesTheGoldenBytes()
    {
        var bytes = await WriteAsync(0);
        Assert.Equal("01" + "01" + "000000B2", Convert.ToHexString(bytes.AsSpan(0, 6)));
        Assert.Equal("03" + "00000001" + "00", Convert.ToHexString(bytes.AsSpan(6 + 0xB2)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(50_000)]
    public async Task ReadAsync_OfWhatWasWritten_GivesItBack(int keys)
    {
        var reported = new Counting();
        var read = await SnapshotCodec.ReadAsync(new MemoryStream(await WriteAsync(keys)), default, reported);
        Assert.Equal(Samples.Describe(Samples.State(keys)), Samples.Describe(read));
        Assert.Equal(keys, reported.Last);
    }

    [Fact]
    public async Task ReadAsync_CutOrDamaged_GivesAValueOrWireFormatException()
    {
        // Bytes behind the end frame belong to whoever sends next, so they are allowed here.
        var bytes = await WriteAsync(20);
        Totality.Check(bytes, some =>
        {
            var stream = new MemoryStream(some);
            _ = SnapshotCodec.ReadAsync(stream, default).GetAwaiter().GetResult();
            if (stream.Position != stream.Length)
            {
                throw new WireFormatException("Something follows.");
            }
        });
    }

    [Fact]
    public async Task ReadAsync_AFrameThatOnlyClaimsItsLength_AllocatesLittle()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        await Assert.ThrowsAsync<WireFormatException>(() => SnapshotCodec.ReadAsync(new MemoryStream([1, 1, 0x0F, 0xFF, 0xFF, 0xFF, 1, 2, 3]), default));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    private static async Task<byte[]> WriteAsync(int keys)
    {
        var stream = new MemoryStream();
        await SnapshotCodec.WriteAsync(stream, Samples.State(keys), default);
        return stream.ToArray();
    }

    private sealed class Counting : IProgress<long>
    {
        public long Last { get; private set; }

        public void Report(long value) => Last = value;
    }
}
