using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ReplicatedDs.Replica.Gateways.Text;

/// <summary>Frames: a length of 4 bytes, big-endian, and as many bytes of UTF-8.</summary>
internal static class TextFrames
{
    public const int HeadBytes = 4;

    /// <summary>The largest frame of the protocol, whatever the configured size of values.</summary>
    public const int BytesMax = 4 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Takes one frame off the front of <paramref name="buffer"/>; false if it is not complete.</summary>
    /// <exception cref="TextGatewayException">It cannot be one, as soon as that is certain.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, int bytesMax, out string text)
    {
        text = "";
        if (buffer.Length < HeadBytes)
        {
            return false;
        }

        Span<byte> head = stackalloc byte[HeadBytes];
        buffer.Slice(0, HeadBytes).CopyTo(head);
        var length = BinaryPrimitives.ReadUInt32BigEndian(head);
        if (length == 0 || length > bytesMax)
        {
            throw new TextGatewayException($"a frame claims {length} bytes; 1 to {bytesMax} are taken");
        }

        if (buffer.Length < HeadBytes + length)
        {
            return false;
        }

        try
        {
            text = StrictUtf8.GetString(buffer.Slice(HeadBytes, length));
        }
        catch (DecoderFallbackException)
        {
            throw new TextGatewayException("a frame is not UTF-8");
        }

        buffer = buffer.Slice(HeadBytes + length);
        return true;
    }

    /// <summary>A reply: <paramref name="prefix"/> and a value, of which what is not UTF-8 is replaced by U+FFFD.</summary>
    public static byte[] Write(string prefix, ReadOnlySpan<byte> value)
    {
        var body = System.Text.Unicode.Utf8.IsValid(value) ? value : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(value));
        var prefixBytes = Encoding.UTF8.GetByteCount(prefix);
        var frame = new byte[HeadBytes + prefixBytes + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, prefixBytes + body.Length);
        Encoding.UTF8.GetBytes(prefix, frame.AsSpan(HeadBytes));
        body.CopyTo(frame.AsSpan(HeadBytes + prefixBytes));
        return frame;
    }
}
