using System.Buffers;
using System.Text.Json;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Replica.Http.Kv;

/// <summary>What a digest of a key's value is taken over: the same at all replicas that show the same value.</summary>
internal static class KeyDigest
{
    /// <summary>The bytes of a register or the digits of a counter; of a set its members as a JSON array in their order.</summary>
    public static ReadOnlyMemory<byte> Content(KeyState state)
    {
        if (state.Kind != ValueKind.Set)
        {
            return state.ToBytes();
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var member in state.Members.Names)
            {
                json.WriteStringValue(member);
            }

            json.WriteEndArray();
        }

        return buffer.WrittenMemory;
    }
}
