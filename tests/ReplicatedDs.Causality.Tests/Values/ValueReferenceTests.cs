using System.Buffers;
using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;
using ReplicatedDs.Causality.Wire;

namespace ReplicatedDs.Causality.Tests.Values;

public sealed class ValueReferenceTests
{
    private const int Inline = 20;

    [Fact]
    public void Reference_KnowsItsLength_AndNoBytes()
    {
        var reference = ValueReference.Of(1000);
        Assert.Equal(1000, reference.Length);
        Assert.True(ValueReference.Is(reference));
        Assert.False(ValueReference.Is(new byte[1000]));
        Assert.False(ValueReference.Is(default));
        Assert.Throws<InvalidOperationException>(() => reference.Span.Length);
        Assert.Throws<InvalidOperationException>(() => reference.ToArray());
    }

    [Fact]
    public void Replay_WithAnInlineSize_KeepsLargerValuesOut_AndNothingElseDiffers()
    {
        List<Update> updates = [];
        foreach (var value in new[] { "1", "12345678901234567890", "123456789012345678901", "-9223372036854775808", new string('v', 500), "" })
        {
            Add(new SetOperation($"k{updates.Count}", Encoding.UTF8.GetBytes(value), updates.Count % 2 == 0 ? "a/b" : null));
            Add(new SetOperation("same", Encoding.UTF8.GetBytes(value), null), new IncrementOperation("count", 7));
        }

        var whole = ReplicaCore.Replay(ReplicaState.Empty, updates);
        var lean = ReplicaCore.Replay(ReplicaState.Empty, updates, Inline);
        var references = 0;
        foreach (var ((key, expected), (_, state)) in whole.Keys.All.Zip(lean.Keys.All))
        {
            Assert.Equal(expected.Kind, state.Kind);
            Assert.Equal(expected.Count, state.Count);
            Assert.Equal(expected.Winner.TryGetInteger(out var integer), state.Winner.TryGetInteger(out var same));
            Assert.Equal(integer, same);
            Assert.Equal(expected.Winner.Value.Length > Inline, state.HasReferences);
            Assert.Equal(expected.Winner.Value.Length, state.Winner.Value.Length);
            references += state.HasReferences ? 1 : 0;

            // In bytes it takes what it says of the value, and comes back as it was; with the values it is what it would be without.
            Assert.Equal(Bytes(state), Bytes(StateCodec.ReadKey(Bytes(state))));
            Assert.Equal(state.HasReferences, StateCodec.ReadKey(Bytes(state)).HasReferences);
            Assert.Equal(Bytes(expected), Bytes(state.WithValues(version => expected.Versions.Single(one => one.Dot == version.Dot).Value)));
            Assert.True(Bytes(state).Length < 60 + key.Length, $"{key} takes {Bytes(state).Length} bytes");
        }

        Assert.Equal(2, references);

        void Add(params Operation[] operations)
        {
            var dot = new Dot(1, updates.Count + 1);
            updates.Add(new Update(
                dot, updates.Count == 0 ? VectorClock.Empty : VectorClock.Empty.With(new Dot(1, updates.Count)), new HybridTimestamp((updates.Count + 1L) << 16), [.. operations]));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(KeyVersion.IntegerBytesMax)]
    public void ReadKey_OfAReferenceThatIsTooShort_IsRefused(int length)
    {
        // One version: a register's reference of 1#1 at 0.
        byte[] bytes = [1, 1, 7, 1, 1, 0, (byte)length];
        Assert.Throws<WireFormatException>(() => StateCodec.ReadKey(bytes));
        bytes[^1] = KeyVersion.IntegerBytesMax + 1;
        Assert.True(StateCodec.ReadKey(bytes).HasReferences);
    }

    private static byte[] Bytes(KeyState state)
    {
        var buffer = new ArrayBufferWriter<byte>();
        StateCodec.WriteKey(buffer, state);
        return buffer.WrittenSpan.ToArray();
    }
}
