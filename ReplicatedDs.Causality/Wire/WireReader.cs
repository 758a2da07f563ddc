using System.Buffers.Binary;
using System.Text;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Wire;

/// <summary>Reads the primitives from the front of a span. Every method gives a value or throws <see cref="WireFormatException"/>.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> source)
{
    private ReadOnlySpan<byte> _rest = source;

    public readonly int Remaining => _rest.Length;

    public byte ReadByte() => Take(1)[0];

    public ulong ReadVarint()
    {
        ulong value = 0;
        for (var i = 0; i < 10; i++)
        {
            if (i == _rest.Length)
            {
                throw Cut(i + 1);
            }

            var next = _rest[i];
            if (i == 9 && next > 1)
            {
                break;
            }

            value |= (ulong)(next & 0x7f) << (7 * i);
            if (next < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        throw new WireFormatException("A number is larger than 64 bits.");
    }

    public long ReadSigned()
    {
        var value = ReadVarint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A count of things of which each takes at least <paramref name="leastBytes"/>.</summary>
    public int ReadCount(int max, int leastBytes, string what)
    {
        var count = ReadVarint();
        return count <= (ulong)max && (long)count * leastBytes <= _rest.Length ? (int)count : throw TooMany(count, max, what);
    }

    public ReplicaId ReadReplica()
    {
        var value = ReadVarint();
        return value is >= 1 and <= int.MaxValue
            ? new ReplicaId((int)value)
            : throw new WireFormatException($"{value} is not the id of a replica.");
    }

    public long ReadCounter(long least = 1, long most = long.MaxValue)
    {
        var value = ReadVarint();
        return value >= (ulong)least && value <= (ulong)most
            ? (long)value
            : throw new WireFormatException($"The counter {value} is not between {least} and {most}.");
    }

    public Dot ReadDot() => new(ReadReplica(), ReadCounter());

    public UInt128 ReadUInt128() => BinaryPrimitives.ReadUInt128BigEndian(Take(16));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64BigEndian(Take(8));

    public ReadOnlySpan<byte> ReadBytes(int max, string what) => Take(ReadLength(max, what));

    public ReadOnlySpan<byte> ReadRaw(int length) => Take(length);

    public string ReadText(int max, string what)
    {
        var bytes = ReadBytes(max, what);
        try
        {
            return WireWriter.StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new WireFormatException($"A {what} is not UTF-8.", exception);
        }
    }

    public string ReadKeyText()
    {
        var key = ReadText(WireLimits.KeyBytesMax, "key");
        return key.Length > 0 ? key : throw new WireFormatException("A key is empty.");
    }

    public string ReadMemberText()
    {
        var member = ReadText(WireLimits.MemberBytesMax, "member of a set");
        return member.Length > 0 ? member : throw new WireFormatException("A member of a set is empty.");
    }

    /// <summary>A number of up to 128 bits and either sign.</summary>
    public Int128 ReadWide()
    {
        UInt128 value = 0;
        for (var shift = 0; shift < 128; shift += 7)
        {
            var next = ReadByte();
            if (shift == 126 && next > 3)
            {
                break;
            }

            value |= (UInt128)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return (Int128)(value >> 1) ^ -(Int128)(value & 1);
            }
        }

        throw new WireFormatException("A number is larger than 128 bits.");
    }

    public VectorClock ReadClock()
    {
        var count = ReadCount(WireLimits.ClockEntriesMax, 2, "clock entries");
        var ids = new int[count];
        var counters = new long[count];
        var previous = 0;
        for (var i = 0; i < count; i++)
        {
            ids[i] = previous = ReadNextId(previous);
            counters[i] = ReadCounter();
        }

        return VectorClock.FromSorted(ids, counters);
    }

    /// <summary>An id written as its distance to a smaller one.</summary>
    public int ReadNextId(int previous)
    {
        var gap = ReadVarint();
        return gap >= 1 && gap <= (ulong)(int.MaxValue - previous)
            ? previous + (int)gap
            : throw new WireFormatException("Replica ids are not in ascending order.");
    }

    public bool ReadBool(string what) => ReadByte() switch
    {
        0 => false,
        1 => true,
        var other => throw new WireFormatException($"{other} is no truth value for {what}."),
    };

    public void ExpectVersion(byte known, string format)
    {
        var version = ReadByte();
        if (version != known)
        {
            throw new WireFormatException($"This {format} has format version {version}; this program reads version {known}.");
        }
    }

    public readonly void ExpectEnd(string format)
    {
        if (!_rest.IsEmpty)
        {
            throw new WireFormatException($"{_rest.Length} bytes follow the end of this {format}.");
        }
    }

    // What is wrong is put into words only when something is: this runs for each key and value.
    private int ReadLength(int max, string what)
    {
        var length = ReadVarint();
        return length <= (ulong)max && length <= (ulong)_rest.Length ? (int)length : throw TooMany(length, max, $"bytes of a {what}");
    }

    private readonly WireFormatException TooMany(ulong count, int max, string what) => new(count > (ulong)max
        ? $"{count} {what} are announced; at most {max} are allowed."
        : $"{count} {what} are announced, but only {_rest.Length} bytes are left.");

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
        {
            throw Cut(length);
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    private readonly WireFormatException Cut(int needed) => new($"The bytes are cut short: {needed} are needed where {_rest.Length} are left.");
}
