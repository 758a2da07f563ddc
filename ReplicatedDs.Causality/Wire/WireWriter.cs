using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Wire;

/// <summary>The primitives that all formats are made of.</summary>
internal static class WireWriter
{
    /// <summary>Throws on lone surrogates instead of replacing them: a key must come back as the key that it was.</summary>
    public static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void WriteByte(this IBufferWriter<byte> target, byte value)
    {
        target.GetSpan(1)[0] = value;
        target.Advance(1);
    }

    public static void WriteBool(this IBufferWriter<byte> target, bool value) => target.WriteByte(value ? (byte)1 : (byte)0);

    /// <summary>LEB128: seven bits per byte, the least significant first.</summary>
    public static void WriteVarint(this IBufferWriter<byte> target, ulong value)
    {
        var span = target.GetSpan(10);
        var length = 0;
        while (value >= 0x80)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[length++] = (byte)value;
        target.Advance(length);
    }

    /// <summary>A number of either sign, near 0 most of the time.</summary>
    public static void WriteSigned(this IBufferWriter<byte> target, long value) => target.WriteVarint((ulong)((value << 1) ^ (value >> 63)));

    public static void WriteCount(this IBufferWriter<byte> target, int count, int max, string what)
    {
        if (count > max)
        {
            throw TooMany(count, max, what);
        }

        target.WriteVarint((ulong)count);
    }

    public static void WriteReplica(this IBufferWriter<byte> target, ReplicaId replica)
    {
        if (replica.Value < 1)
        {
            throw new ArgumentException($"{replica.Value} is not the id of a replica.");
        }

        target.WriteVarint((ulong)replica.Value);
    }

    public static void WriteCounter(this IBufferWriter<byte> target, long counter, long least = 1)
    {
        if (counter < least)
        {
            throw new ArgumentException($"The counter {counter} is below {least}.");
        }

        target.WriteVarint((ulong)counter);
    }

    public static void WriteDot(this IBufferWriter<byte> target, Dot dot)
    {
        target.WriteReplica(dot.Replica);
        target.WriteCounter(dot.Counter);
    }

    public static void WriteUInt128(this IBufferWriter<byte> target, UInt128 value)
    {
        BinaryPrimitives.WriteUInt128BigEndian(target.GetSpan(16), value);
        target.Advance(16);
    }

    public static void WriteUInt64(this IBufferWriter<byte> target, ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(target.GetSpan(8), value);
        target.Advance(8);
    }

    public static void WriteBytes(this IBufferWriter<byte> target, ReadOnlySpan<byte> bytes, int max, string what)
    {
        target.WriteLength(bytes.Length, max, what);
        target.Write(bytes);
    }

    public static void WriteText(this IBufferWriter<byte> target, string text, int max, string what)
    {
        var length = StrictUtf8.GetByteCount(text);
        target.WriteLength(length, max, what);
        StrictUtf8.GetBytes(text, target.GetSpan(length));
        target.Advance(length);
    }

    public static void WriteKeyText(this IBufferWriter<byte> target, string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        target.WriteText(key, WireLimits.KeyBytesMax, "key");
    }

    public static void WriteMemberText(this IBufferWriter<byte> target, string member)
    {
        ArgumentException.ThrowIfNullOrEmpty(member);
        target.WriteText(member, WireLimits.MemberBytesMax, "member of a set");
    }

    /// <summary>A number of up to 128 bits and either sign, near 0 most of the time.</summary>
    public static void WriteWide(this IBufferWriter<byte> target, Int128 number)
    {
        var value = (UInt128)((number << 1) ^ (number >> 127));
        while (value >= 0x80)
        {
            target.WriteByte((byte)(value | 0x80));
            value >>= 7;
        }

        target.WriteByte((byte)value);
    }

    /// <summary>The number of entries, then each as the distance to the id before it and its counter.</summary>
    public static void WriteClock(this IBufferWriter<byte> target, VectorClock clock)
    {
        target.WriteCount(clock.Count, WireLimits.ClockEntriesMax, "clock entries");
        var ids = clock.Ids;
        var counters = clock.Counters;
        var previous = 0;
        for (var i = 0; i < ids.Length; i++)
        {
            target.WriteVarint((ulong)(ids[i] - previous));
            target.WriteVarint((ulong)counters[i]);
            previous = ids[i];
        }
    }

    // What is wrong is put into words only when something is: this runs for each key and value.
    private static void WriteLength(this IBufferWriter<byte> target, int length, int max, string what)
    {
        if (length > max)
        {
            throw TooMany(length, max, $"bytes of a {what}");
        }

        target.WriteVarint((ulong)length);
    }

    private static ArgumentException TooMany(int count, int max, string what) => new($"There are {count} {what}; at most {max} can be written.");

    public static int VarintLength(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;
}
