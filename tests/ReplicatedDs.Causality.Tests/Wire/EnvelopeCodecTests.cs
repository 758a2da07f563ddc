using System.Buffers;
using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Wire;

namespace ReplicatedDs.Causality.Tests.Wire;

public sealed class EnvelopeCodecTests
{
    private static readonly PeerEnvelope Every = new(
        Samples.ClusterId, new ReplicaId(1), Samples.Incarnation, new ReplicaId(300), 5, 0xA1A2A3A4A5A6A7A8,
        [
            new Heartbeat(VectorClock.Of((1, 4), (2, 200)), Paused: true, Received: 7) { SentAtMs = 100, IsVerifying = true },
            new UpdateBatch(new ReplicaId(2), Samples.Incarnation, [.. Samples.EveryKind().Take(3)], IsRepair: true),
            new PullRequest(new ReplicaId(2), 18, 512),
            new RangeCut(new ReplicaId(2), 17),
            new Heartbeat(VectorClock.Of((1, 4)), Paused: false, Received: 0, Stable: VectorClock.Of((1, 3))) { Digests = [0x0102030405060708] },
        ]);

    [Fact]
    public void Write_EveryKindOfMessage_GivesTheGoldenBytes()
    {
        var buffer = new ArrayBufferWriter<byte>();
        UpdateCodec.WriteBatch(buffer, Samples.EveryKind().AsSpan(0, 3));
        Assert.Equal(
            "01" + "00112233445566778899AABBCCDDEEFF" + "01" + "0102030405060708090A0B0C0D0E0F10" + "AC02" + "05" + "A1A2A3A4A5A6A7A8" + "05"
            + "01" + "01" + "02" + "0104" + "01C801" + "07" + "C801" + "01" + "00" + "00"
            + "02" + "01" + "02" + "0102030405060708090A0B0C0D0E0F10" + Convert.ToHexString(buffer.WrittenSpan)
            + "03" + "02" + "12" + "8004"
            + "04" + "02" + "11"
            + "01" + "00" + "01" + "0104" + "00" + "00" + "00" + "01" + "01" + "0103" + "01" + "0102030405060708",
            Convert.ToHexString(Write(Every)));
    }

    [Fact]
    public void Read_OfWhatWasWritten_GivesItBack()
    {
        var messages = Gen.OneOf(
            from n in Gen.Choose(0, 300) from paused in Gen.Elements(true, false) select (PeerMessage)new Heartbeat(VectorClock.Of((n + 1, n)), paused, n, paused ? VectorClock.Of((n + 1, n)) : null) { Digests = n > 0 && !paused ? [(ulong)n] : [] },
            from floor in Gen.Choose(1, 1000) select (PeerMessage)new RangeCut(new ReplicaId(3), floor),
            from first in Gen.Choose(1, 1000) from count in Gen.Choose(0, 1000) select (PeerMessage)new PullRequest(new ReplicaId(3), first, count),
            from length in Gen.Choose(0, 5)
            select (PeerMessage)new UpdateBatch(
                new ReplicaId(2), Samples.Incarnation,
                [.. Enumerable.Range(7, length).Select(n => Samples.Set(new Dot(2, n), VectorClock.Of((1, n)), n, "k", "v"))], false));
        Check.One(
            Config.QuickThrowOnFailure,
            Prop.ForAll(messages.ArrayOf().ToArbitrary(), some =>
            {
                var envelope = Every with { Messages = [.. some] };
                return Describe(EnvelopeCodec.Read(Write(envelope))) == Describe(envelope);
            }));
    }

    [Fact]
    public void Read_CutOrDamaged_GivesAValueOrWireFormatException()
    {
        Totality.Check(Write(Every with { Messages = [.. Every.Messages.Where(message => message is not UpdateBatch)] }), bytes => EnvelopeCodec.Read(bytes));
        Totality.CheckDamaged(Write(Every), bytes => EnvelopeCodec.Read(bytes));
    }

    [Fact]
    public void Read_UpdatesThatMakeNoSense_GivesAMessageThatSaysSo()
    {
        var bytes = Write(Every with { Messages = [Every.Messages[0], Every.Messages[1]] });
        var unreadable = Assert.IsType<UnreadableBatch>(EnvelopeCodec.Read(bytes.AsSpan(..^1)).Messages[1]);
        Assert.Equal((new ReplicaId(2), Samples.Incarnation), (unreadable.Origin, unreadable.OriginIncarnation));
        Assert.EndsWith(".", unreadable.Reason, StringComparison.Ordinal);
        Assert.IsType<Heartbeat>(EnvelopeCodec.Read(bytes.AsSpan(..^1)).Messages[0]);
    }

    [Fact]
    public void Write_ARange_Throws() =>
        Assert.Throws<ArgumentException>(() => Write(Every with { Messages = [new UpdateRange(new ReplicaId(1), default, 1, 2, false)] }));

    [Fact]
    public void Write_ABatchThatIsNotConsecutive_Throws()
    {
        ImmutableArray<PeerMessage> messages = [new UpdateBatch(new ReplicaId(2), default, Samples.EveryKind(), false)];
        Assert.Equal(
            "A batch of replica 2 has 1#7 where 2#4 should be.",
            Assert.Throws<ArgumentException>(() => Write(Every with { Messages = messages })).Message.Split(" (")[0]);
    }

    [Fact]
    public void Write_AClusterIdThatIsNone_Throws() => Assert.Throws<ArgumentException>(() => Write(Every with { ClusterId = "abc" }));

    private static string Describe(PeerEnvelope envelope) => string.Join(
        "\n",
        [
            $"{envelope.ClusterId} {envelope.From} {envelope.FromIncarnation} {envelope.To} {envelope.Boot} {envelope.Process}",
            .. envelope.Messages.Select(message => message is UpdateBatch batch ? $"{batch with { Updates = [] }}{Samples.Describe(batch.Updates)}" : message.ToString()),
        ]);

    private static byte[] Write(PeerEnvelope envelope)
    {
        var buffer = new ArrayBufferWriter<byte>();
        EnvelopeCodec.Write(buffer, envelope);
        return buffer.WrittenSpan.ToArray();
    }
}
