using System.Buffers;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;
using ReplicatedDs.Causality.Wire;

namespace ReplicatedDs.Causality.Tests.Wire;

public sealed class StateCodecTests
{
    [Fact]
    public void WriteHeader_GivesTheGoldenBytes() =>
        Assert.Equal(
            "03" + "02" + "0102" + "0101" + "C601" + "02" + "01" + "010104" + "0000000000000102" + "02" + "00" + "0000000000000000" + "02"
            + "01" + "0102030405060708090A0B0C0D0E0F10" + "097265706C6963612D31" + "08687474703A2F2F61" + "08687474703A2F2F62" + "02" + "0101" + "010101" + "010101" + "00" + "00" + "00"
            + "03" + "00000000000000000000000000000000" + "097265706C6963612D33" + "00" + "00" + "03" + "0102" + "010102" + "00" + "11" + "01" + "01" + "02" + "0109" + "0108" + "01" + "01" + "0109"
            + "02" + "046F6E6365" + "0201" + "0000000000000007" + "C801" + "02" + "0178" + "0179" + "046F6E6365" + "0103" + "0000000000000008" + "CA01" + "00",
            Convert.ToHexString(WriteHeader(Samples.State(0))));

    [Fact]
    public void WriteKey_GivesTheGoldenBytes()
    {
        var state = KeyState.Of(
        [
            new KeyVersion(new Dot(1, 5), new HybridTimestamp(3), VersionKind.Register, new byte[] { 0xAB }, null),
            new KeyVersion(new Dot(2, 6), new HybridTimestamp(2), VersionKind.Register, new byte[] { 0xCD }, "a/b"),
            new KeyVersion(new Dot(3, 7), new HybridTimestamp(1), VersionKind.Tombstone, default, null),
        ]);
        Assert.Equal("01" + "03" + "01" + "0105" + "06" + "01AB" + "02" + "0206" + "04" + "03612F62" + "01CD" + "03" + "0307" + "02", Convert.ToHexString(WriteKey(state)));
        Assert.Equal(Samples.Describe(state), Samples.Describe(StateCodec.ReadKey(WriteKey(state))));
    }

    [Fact]
    public void WriteKey_OfACounterAndASet_GivesTheGoldenBytes()
    {
        var state = Samples.Mixed(0);
        Assert.Equal(
            "01" + "04" + "04" + "0108" + "06" + "04" + "0204" + "04" + "05" + "0302" + "02" + "01" + "0105" + "00" + "023130"
            + "02" + "01" + "06" + "C801" + "02" + "01" + "01" + "01" + "FEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF03" + "02" + "00" + "01" + "04" + "FFFFFFFFFFFFFFFFFF01"
            + "02" + "0161" + "01" + "0301" + "02D0B6" + "02" + "0101" + "0302",
            Convert.ToHexString(WriteKey(state)));
        Assert.Equal(Samples.Describe(state), Samples.Describe(StateCodec.ReadKey(WriteKey(state))));
    }

    [Fact]
    public void ReadHeader_OfWhatWasWritten_GivesItBackWithTheKeysHandedIn()
    {
        var state = Samples.State(7);
        Assert.Equal(Samples.Describe(state), Samples.Describe(StateCodec.ReadHeader(WriteHeader(state), state.Keys)));
    }

    [Fact]
    public void ReadHeader_OfTheFormatBeforeDigests_TakesThemAsUnknown()
    {
        var old = Convert.FromHexString("02" + "01" + "0102" + "06" + "01" + "01" + "010101" + "00" + "00");
        var state = StateCodec.ReadHeader(old, KeySpace.Empty);
        Assert.Equal(new StreamHead(VectorClock.Of((1, 1)), 0), state.Heads[new ReplicaId(1)]);
        Assert.Equal(VectorClock.Of((1, 2)), state.Delivered);
    }

    [Fact]
    public void ReadHeader_CutOrDamaged_GivesAValueOrWireFormatException() =>
        Totality.Check(WriteHeader(Samples.State(3)), bytes => StateCodec.ReadHeader(bytes, KeySpace.Empty));

    [Fact]
    public void ReadKey_CutOrDamaged_GivesAValueOrWireFormatException()
    {
        foreach (var (_, state) in Samples.State(7).Keys.All)
        {
            Totality.Check(WriteKey(state), bytes => StateCodec.ReadKey(bytes));
        }
    }

    private static byte[] WriteHeader(ReplicaState state)
    {
        var buffer = new ArrayBufferWriter<byte>();
        StateCodec.WriteHeader(buffer, state);
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] WriteKey(KeyState state)
    {
        var buffer = new ArrayBufferWriter<byte>();
        StateCodec.WriteKey(buffer, state);
        return buffer.WrittenSpan.ToArray();
    }
}
