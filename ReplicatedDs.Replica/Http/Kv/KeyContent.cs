using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Replica.Http.Kv;

/// <summary>The bytes of a key's value: the same at all replicas that show the same value.</summary>
internal static class KeyContent
{
    /// <summary>The bytes of a register or the digits of a counter; of a set its members as a JSON array in their order.</summary>
    public static ReadOnlyMemory<byte> Of(KeyState state) => state.Kind == ValueKind.Set ? Members(state) : state.ToBytes();

    public static ReadOnlyMemory<byte> Members(KeyState state)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
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
