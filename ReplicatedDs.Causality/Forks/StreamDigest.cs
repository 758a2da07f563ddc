using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Wire;

namespace ReplicatedDs.Causality.Forks;

/// <summary>
/// A running digest of one origin's updates, each folded into that of those before it: two replicas that were given different updates under one
/// name differ from there on (R10). It tells accidents apart, not attacks: it is no cryptographic hash.
/// </summary>
internal static class StreamDigest
{
    /// <summary>Of a stream that was partly delivered before there were digests. It is compared with nothing.</summary>
    public const ulong Unknown = 0;

    /// <summary>Before an origin's first update.</summary>
    public const ulong Start = 0x9E3779B97F4A7C15;

    private const int BufferKept = 64 << 10;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    /// <summary>The digest of the stream up to <paramref name="update"/>, from that of the updates before it.</summary>
    public static ulong Next(ulong before, Update update)
    {
        if (before == Unknown)
        {
            return Unknown;
        }

        var digest = Mix(Mix(before, (ulong)update.Dot.Counter), (ulong)update.Timestamp.Packed);
        foreach (var operation in update.Operations)
        {
            digest = operation is SetOperation { ContentType: null } set
                ? Mix(Mix(digest, MemoryMarshal.AsBytes(set.Key.AsSpan())), set.Value.Span) // nearly every update, without a copy
                : Mix(digest, operation);
        }

        return digest == Unknown ? 1 : digest;
    }

    private static ulong Mix(ulong digest, Operation operation)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(1024);
        buffer.ResetWrittenCount();
        OperationCodec.Write(buffer, operation);
        digest = Mix(digest, buffer.WrittenSpan);
        if (buffer.Capacity > BufferKept)
        {
            _buffer = null; // one large update must not hold its size for ever
        }

        return digest;
    }

    private static ulong Mix(ulong digest, ReadOnlySpan<byte> bytes)
    {
        digest = Mix(digest, (ulong)bytes.Length);
        for (; bytes.Length >= 2 * sizeof(ulong); bytes = bytes[(2 * sizeof(ulong))..])
        {
            digest = Fold(BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ Start, BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(ulong)..]) ^ digest);
        }

        Span<byte> rest = stackalloc byte[2 * sizeof(ulong)];
        rest.Clear();
        bytes.CopyTo(rest);
        return Mix(
            Fold(BinaryPrimitives.ReadUInt64LittleEndian(rest) ^ Start, BinaryPrimitives.ReadUInt64LittleEndian(rest[sizeof(ulong)..]) ^ digest),
            digest);
    }

    /// <summary>Both halves of the product: sixteen bytes at the price of one multiplication.</summary>
    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }

    /// <summary>Two rounds of multiply and rotate: every bit of both sides reaches every bit of the result.</summary>
    private static ulong Mix(ulong digest, ulong word)
    {
        digest = BitOperations.RotateLeft((digest ^ word) * 0xBF58476D1CE4E5B9, 29);
        return (digest ^ (digest >> 32)) * 0x94D049BB133111EB;
    }
}
