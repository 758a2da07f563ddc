using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace ReplicatedDs.Replica.Storage.Redis;

/// <summary>Reads replies of the Redis protocol (RESP2).</summary>
internal static class RedisReplyReader
{
    // What a server may send at most: it is trusted, but bytes that come from elsewhere must not make this process allocate without bound.
    private const int BulkBytesMax = 512 << 20;
    private const int ItemsMax = 1 << 20;
    private const int LineBytesMax = 64 << 10;
    private const int DepthMax = 8;

    /// <summary>The next reply, whose bytes are cut off <paramref name="buffer"/>; <c>null</c> if it has not come whole.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static RedisReply? Read(ref ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        if (Read(ref reader, 0) is not { } reply)
        {
            return null;
        }

        buffer = buffer.Slice(reader.Position);
        return reply;
    }

    private static RedisReply? Read(ref SequenceReader<byte> reader, int depth)
    {
        if (!reader.TryReadTo(out ReadOnlySequence<byte> line, "\r\n"u8))
        {
            return reader.Remaining <= LineBytesMax ? null : throw new InvalidDataException("A line of a reply does not end.");
        }

        if (line.IsEmpty || depth > DepthMax)
        {
            throw new InvalidDataException("That is no reply of a Redis server.");
        }

        byte[] rest = line.Slice(1).ToArray();
        switch (line.FirstSpan[0])
        {
            case (byte)'+':
                return new RedisReply(rest, null, null, null);
            case (byte)'-':
                return new RedisReply(null, null, null, Encoding.UTF8.GetString(rest));
            case (byte)':':
                return new RedisReply(null, Number(rest, long.MaxValue), null, null);
            case (byte)'$':
                var length = (int)Number(rest, BulkBytesMax);
                if (length < 0)
                {
                    return RedisReply.Nothing;
                }

                if (reader.Remaining < length + 2)
                {
                    return null;
                }

                byte[] bytes = reader.UnreadSequence.Slice(0, length).ToArray();
                reader.Advance(length + 2);
                return new RedisReply(bytes, null, null, null);
            case (byte)'*':
                var count = (int)Number(rest, ItemsMax);
                var items = new List<RedisReply>();
                for (var i = 0; i < count; i++)
                {
                    if (Read(ref reader, depth + 1) is not { } item)
                    {
                        return null;
                    }

                    items.Add(item);
                }

                return count < 0 ? RedisReply.Nothing : new RedisReply(null, null, items, null);
            default:
                throw new InvalidDataException("That is no reply of a Redis server.");
        }
    }

    private static long Number(byte[] text, long most) => Utf8Parser.TryParse(text, out long number, out var length) && length == text.Length && number <= most
        ? number
        : throw new InvalidDataException("A number of a reply cannot be read.");
}
