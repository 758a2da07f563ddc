using System.Buffers;
using System.Buffers.Binary;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Wire;

/// <summary>
/// A whole state as a stream: version, a header frame, frames of many keys each, and an end frame with their number, so that a stream
/// which was cut is noticed. A frame is its kind, its length (4 bytes, big-endian) and its content.
/// </summary>
public static class SnapshotCodec
{
    private const byte Version = 1;
    private const int PrefixBytes = 5;
    private const int FrameBytesWanted = 256 << 10;
    private const int ChunkKeysMax = 1024;

    // What a frame is given room for before any of it has come.
    private const int RoomAtFirst = 32 << 10;

    /// <param name="values">Fetches the values of a state that holds references; a few keys at a time, so that they are never all in memory.</param>
    /// <exception cref="InvalidOperationException">The state holds references and nobody fetches the values.</exception>
    public static async Task WriteAsync(Stream target, ReplicaState state, CancellationToken cancellationToken, ValueExchange? values = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(state);
        await target.WriteAsync(new[] { Version }, cancellationToken).ConfigureAwait(false);
        var buffer = new ArrayBufferWriter<byte>(FrameBytesWanted + 4096);
        StateCodec.WriteHeader(buffer, state);
        await WriteFrameAsync(target, FrameKind.Header, buffer, cancellationToken).ConfigureAwait(false);
        foreach (var few in Chunks(state.Keys.All))
        {
            foreach (var (key, value) in values is null ? few : await values(few, cancellationToken).ConfigureAwait(false))
            {
                if (value.HasReferences)
                {
                    throw new InvalidOperationException($"The value of '{key}' is kept elsewhere; a snapshot has to have it.");
                }

                buffer.WriteKeyText(key);
                StateCodec.WriteKey(buffer, value);
                if (buffer.WrittenCount >= FrameBytesWanted)
                {
                    await WriteFrameAsync(target, FrameKind.Keys, buffer, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        if (buffer.WrittenCount > 0)
        {
            await WriteFrameAsync(target, FrameKind.Keys, buffer, cancellationToken).ConfigureAwait(false);
        }

        buffer.WriteVarint((ulong)state.Keys.Count);
        await WriteFrameAsync(target, FrameKind.End, buffer, cancellationToken).ConfigureAwait(false);
        await target.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads up to and including the end frame.</summary>
    /// <param name="keys">Told how many keys have come so far.</param>
    /// <param name="values">Keeps the values elsewhere and gives references to them, a frame at a time; <c>null</c>: they stay in the state.</param>
    /// <exception cref="WireFormatException">The stream ended early or is no snapshot.</exception>
    public static async Task<ReplicaState> ReadAsync(Stream source, CancellationToken cancellationToken, IProgress<long>? keys = null, ValueExchange? values = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var version = (await ReadExactlyAsync(source, 1, cancellationToken).ConfigureAwait(false))[0];
        if (version != Version)
        {
            throw new WireFormatException($"This snapshot has format version {version}; this program reads version {Version}.");
        }

        byte[]? header = null;
        var space = KeySpace.Empty.ToBuilder();
        var count = 0L;
        string? last = null;
        while (true)
        {
            var prefix = await ReadExactlyAsync(source, PrefixBytes, cancellationToken).ConfigureAwait(false);
            var length = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1));
            if (length > WireLimits.FrameBytesMax)
            {
                throw new WireFormatException($"A frame of {length} bytes is announced; at most {WireLimits.FrameBytesMax} are allowed.");
            }

            var frame = await ReadExactlyAsync(source, (int)length, cancellationToken).ConfigureAwait(false);
            switch ((FrameKind)prefix[0])
            {
                case FrameKind.Header when header is null:
                    header = frame;
                    _ = StateCodec.ReadHeader(header, KeySpace.Empty);
                    break;
                case FrameKind.Keys when header is not null:
                    var read = ReadKeys(frame, ref last);
                    foreach (var (key, value) in values is null ? read : await values(read, cancellationToken).ConfigureAwait(false))
                    {
                        space.Set(key, value);
                    }

                    count += read.Count;
                    keys?.Report(count);
                    break;
                case FrameKind.End when header is not null:
                    ExpectCount(frame, count);
                    return StateCodec.ReadHeader(header, space.ToKeySpace());
                default:
                    throw new WireFormatException($"A frame of kind {prefix[0]} stands where a snapshot has none.");
            }
        }
    }

    private static async Task WriteFrameAsync(Stream target, FrameKind kind, ArrayBufferWriter<byte> content, CancellationToken cancellationToken)
    {
        if (content.WrittenCount > WireLimits.FrameBytesMax)
        {
            throw new ArgumentException($"A frame of {content.WrittenCount} bytes is larger than a snapshot may have.");
        }

        var prefix = new byte[PrefixBytes];
        prefix[0] = (byte)kind;
        BinaryPrimitives.WriteUInt32BigEndian(prefix.AsSpan(1), (uint)content.WrittenCount);
        await target.WriteAsync(prefix, cancellationToken).ConfigureAwait(false);
        await target.WriteAsync(content.WrittenMemory, cancellationToken).ConfigureAwait(false);
        content.ResetWrittenCount();
    }

    /// <summary>Some keys at a time, about as many as make a frame.</summary>
    private static IEnumerable<IReadOnlyList<KeyValuePair<string, KeyState>>> Chunks(IEnumerable<KeyValuePair<string, KeyState>> keys)
    {
        var few = new List<KeyValuePair<string, KeyState>>();
        var bytes = 0L;
        foreach (var one in keys)
        {
            few.Add(one);
            bytes += one.Key.Length + one.Value.Versions.Sum(static version => (long)version.Value.Length);
            if (bytes >= FrameBytesWanted || few.Count == ChunkKeysMax)
            {
                yield return few;
                few = [];
                bytes = 0;
            }
        }

        yield return few;
    }

    private static List<KeyValuePair<string, KeyState>> ReadKeys(byte[] frame, ref string? last)
    {
        var reader = new WireReader(frame);
        var keys = new List<KeyValuePair<string, KeyState>>();
        while (reader.Remaining > 0)
        {
            var key = reader.ReadKeyText();
            if (last is not null && string.CompareOrdinal(last, key) >= 0)
            {
                throw new WireFormatException("The keys of a snapshot are not in ascending order.");
            }

            var state = StateCodec.ReadKey(ref reader);
            if (state.HasReferences)
            {
                throw new WireFormatException($"The snapshot lacks a value of '{key}'.");
            }

            keys.Add(KeyValuePair.Create(key, state));
            last = key;
        }

        return keys;
    }

    private static void ExpectCount(byte[] frame, long count)
    {
        var reader = new WireReader(frame);
        var announced = reader.ReadVarint();
        reader.ExpectEnd("end frame");
        if (announced != (ulong)count)
        {
            throw new WireFormatException($"The snapshot has {count} keys but was sent with {announced}.");
        }
    }

    /// <summary>Grows with what arrives, so that a length which is only claimed allocates nothing.</summary>
    private static async Task<byte[]> ReadExactlyAsync(Stream source, int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[Math.Min(length, RoomAtFirst)];
        var filled = 0;
        while (true)
        {
            var read = await source.ReadAtLeastAsync(bytes.AsMemory(filled), bytes.Length - filled, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            filled += read;
            if (filled < bytes.Length)
            {
                throw new WireFormatException("The snapshot ended before its end frame.");
            }

            if (filled == length)
            {
                return bytes;
            }

            Array.Resize(ref bytes, (int)Math.Min(length, bytes.Length * 2L));
        }
    }
}
