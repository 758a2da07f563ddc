using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Wire;
using Xunit.Abstractions;

namespace ReplicatedDs.Causality.Tests.Wire;

public sealed class UpdateCodecTests(ITestOutputHelper output)
{
    [Fact]
    public void WriteBatch_EveryKindOfOperation_GivesTheGoldenBytes()
    {
        Assert.Equal(
            "01" + "05"
            // 2#1: absolute, origin, counter, several operations.
            + "4F" + "02" + "01" + "808008" + "010104" + "0E"
            + "01" + "0178" + "03010203"
            + "02" + "0A7363686CC3BC7373656C" + "0A746578742F706C61696E" + "00"
            + "03" + "0179"
            + "04" + "016E" + "05"
            + "08" + "0173" + "0161" + "09" + "0173" + "0162"
            + "20" + "03" + "0102030405060708090A0B0C0D0E0F10" + "097265706C6963612D33" + "12687474703A2F2F3132372E302E302E313A31" + "12687474703A2F2F3132372E302E302E313A32"
            + "21" + "03" + "22" + "04" + "23" + "02" + "24" + "09" + "25" + "05" + "26" + "06" + "27" + "05"
            // 2#2: nothing new but the trace and the operation id.
            + "30" + "02" + "00000000000000010000000000000002" + "0000000000000003" + "01" + "046F6E6365" + "03" + "0178"
            // 2#3: 1 moved by 2, 7 is new; the timestamp is 7 less.
            + "01" + "0D" + "02" + "0102" + "06AC02" + "03" + "0178"
            // 1#7: another origin, absolute.
            + "0F" + "01" + "07" + "FDFF07" + "00" + "03" + "0178"
            // 2#4: dense: 15 + 19 for replica 1, 1 for replica 7.
            + "06" + "02" + "EAC508" + "F1" + "13" + "03" + "0178",
            Convert.ToHexString(Write(Samples.EveryKind().AsSpan())));
    }

    [Fact]
    public void ReadBatch_OfWhatWasWritten_GivesItBack() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll(Samples.Batches().ToArbitrary(), batch => Samples.Describe(UpdateCodec.ReadBatch(Write(batch))) == Samples.Describe(batch)));

    [Fact]
    public void ReadBatch_CutOrDamaged_GivesAValueOrWireFormatException() =>
        Totality.Check(Write(Samples.EveryKind().AsSpan()), bytes => UpdateCodec.ReadBatch(bytes));

    [Fact]
    public void ReadBatch_WhenAClockIsRepeatedTooOften_RefusesBeforeItUnfolds()
    {
        var wide = VectorClock.From(Enumerable.Range(2, 4000).Select(id => new Dot(id, 1)));
        var updates = Enumerable.Range(1, 1100).Select(n => Samples.Set(new Dot(1, n), wide, n, "k", "")).ToArray();
        Assert.Throws<ArgumentException>(() => Write(updates));
        var bytes = Write(updates.AsSpan(0, 1000));
        Assert.Equal(1000, UpdateCodec.ReadBatch(bytes).Length);

        // As the writer would write 1100 of them: the number is two bytes behind the version, each further update is seven bytes.
        Assert.Equal(0xE8, bytes[1]);
        byte[] longer = [.. bytes, .. Enumerable.Repeat(bytes[^6..], 100).SelectMany(one => one)];
        (longer[1], longer[2]) = (0xCC, 0x08);
        Assert.Contains("clock entries together", Assert.Throws<WireFormatException>(() => UpdateCodec.ReadBatch(longer)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadBatch_UnknownVersionOrOperation_SaysSo()
    {
        Assert.Equal("This update batch has format version 9; this program reads version 1.", Assert.Throws<WireFormatException>(() => UpdateCodec.ReadBatch([9, 0])).Message);
        var bytes = Write([Samples.Set(new Dot(1, 1), VectorClock.Empty, 1, "k", "")]);
        bytes[^4] = 5;
        Assert.StartsWith("Operation kind 5 is unknown", Assert.Throws<WireFormatException>(() => UpdateCodec.ReadBatch(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteBatch_WhatCouldNotBeRead_Throws()
    {
        Assert.Throws<ArgumentException>(() => Write([Samples.Set(new Dot(1, 1), VectorClock.Empty, 1, "", "")]));
        Assert.Throws<ArgumentException>(() => Write([Samples.Set(new Dot(1, 1), VectorClock.Empty, 1, new string('k', 1025), "")]));
        Assert.ThrowsAny<ArgumentException>(() => Write([Samples.Set(new Dot(1, 1), VectorClock.Empty, 1, "\ud800", "")]));
        Assert.Throws<ArgumentException>(() => Write([new Update(new Dot(1, 2), VectorClock.Empty, default, [new DeleteOperation("k")])]));
        Assert.Throws<ArgumentException>(() => Write([new Update(new Dot(1, 1), VectorClock.Empty, default, [])]));
    }

    [Fact]
    public void WriteBatch_InABurst_TakesAtMost8BytesOfMetadataPerUpdate()
    {
        // 500 writes of one replica, a few in each millisecond, something of the 15 others in between now and then.
        var random = new Random(1);
        var others = VectorClock.From(Enumerable.Range(2, 15).Select(id => new Dot(id, 1_000_000 + id)));
        var timestamp = HybridTimestamp.FromMilliseconds(1_700_000_000_000);
        var updates = new List<Update>();
        for (var n = 1; n <= 500; n++)
        {
            if (n % 20 == 0)
            {
                var other = new ReplicaId(random.Next(2, 17));
                others = others.With(other, others[other] + 1);
            }

            timestamp = n % 5 == 0 ? HybridTimestamp.FromMilliseconds(timestamp.Milliseconds + 1) : new HybridTimestamp(timestamp.Packed + 1);
            updates.Add(Samples.Set(new Dot(1, 5_000_000 + n), others, timestamp.Packed, "key", "value"));
        }

        var perUpdate = MetadataBytes(updates);
        output.WriteLine($"burst: {perUpdate:f2} bytes of metadata per update");
        Assert.True(perUpdate <= 8, $"{perUpdate:f2} bytes per update");
    }

    [Fact]
    public void WriteBatch_Uniform16Replicas_TakesAtMost20BytesOfMetadataPerUpdate()
    {
        // All 16 write equally often; each has delivered the others' updates up to a lag of a few. One batch in delivery order, as in the log.
        var random = new Random(1);
        var counters = Enumerable.Repeat(1_000_000L, 17).ToArray();
        var seen = Enumerable.Range(0, 17).Select(_ => (long[])counters.Clone()).ToArray();
        var timestamp = HybridTimestamp.FromMilliseconds(1_700_000_000_000).Packed;
        var updates = new List<Update>();
        for (var i = 0; i < 4096; i++)
        {
            var origin = random.Next(1, 17);
            for (var other = 1; other <= 16; other++)
            {
                seen[origin][other] = other == origin ? counters[origin] : Math.Max(seen[origin][other], counters[other] - random.Next(3));
            }

            var clock = VectorClock.From(Enumerable.Range(1, 16).Select(id => new Dot(id, seen[origin][id])));
            timestamp += random.Next(4) == 0 ? 65_536 : 1;
            updates.Add(Samples.Set(new Dot(origin, ++counters[origin]), clock, timestamp, "key", "value"));
        }

        var mixed = MetadataBytes(updates);
        var one = MetadataBytes([.. updates.Where(update => update.Origin.Value == 1)]);
        output.WriteLine($"uniform, 16 replicas: {mixed:f2} bytes of metadata per update in a mixed batch, {one:f2} in a batch of one replica");
        Assert.True(mixed <= 20, $"{mixed:f2} bytes per update");
        Assert.True(one <= 20, $"{one:f2} bytes per update");
    }

    private static double MetadataBytes(List<Update> updates)
    {
        var content = updates.Sum(update => update.Operations.OfType<SetOperation>().Sum(set => Encoding.UTF8.GetByteCount(set.Key) + set.Value.Length));
        return (Write(updates.ToArray()).Length - content) / (double)updates.Count;
    }

    private static byte[] Write(ReadOnlySpan<Update> updates)
    {
        var buffer = new ArrayBufferWriter<byte>();
        UpdateCodec.WriteBatch(buffer, updates);
        return buffer.WrittenSpan.ToArray();
    }
}
