using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ReplicatedDs.Dashboard.Otlp;

/// <summary>
/// Counts what a body would become before anything is made of it: a message of two bytes is an object of a hundred, so a limit on bytes
/// alone would not bound memory.
/// </summary>
internal static class WireCensus
{
    /// <exception cref="OtlpRefusal">More elements or deeper nesting than is taken.</exception>
    /// <exception cref="InvalidProtocolBufferException">It is not a message.</exception>
    public static void Check(ReadOnlySpan<byte> body, MessageDescriptor message)
    {
        var left = OtlpLimits.ElementsMax;
        Count(body, message, OtlpLimits.DepthMax, ref left);
    }

    private static void Count(ReadOnlySpan<byte> body, MessageDescriptor message, int depth, ref int left)
    {
        if (depth == 0)
        {
            throw new OtlpRefusal(StatusCodes.Status400BadRequest, $"The body nests messages more than {OtlpLimits.DepthMax} deep.");
        }

        while (!body.IsEmpty)
        {
            var tag = ReadVarint(ref body);
            switch (tag & 7)
            {
                case 0:
                    ReadVarint(ref body);
                    break;
                case 1:
                    body = Skip(body, 8);
                    break;
                case 2:
                    var length = ReadVarint(ref body);
                    var rest = Skip(body, length);
                    if (--left < 0)
                    {
                        throw new OtlpRefusal(
                            StatusCodes.Status413PayloadTooLarge, $"The body has more than {OtlpLimits.ElementsMax} elements; send smaller batches.");
                    }

                    if (message.FindFieldByNumber((int)(tag >> 3)) is { FieldType: FieldType.Message } field)
                    {
                        Count(body[..(int)length], field.MessageType, depth - 1, ref left);
                    }

                    body = rest;
                    break;
                case 5:
                    body = Skip(body, 4);
                    break;
                default:
                    throw Malformed();
            }
        }
    }

    private static ReadOnlySpan<byte> Skip(ReadOnlySpan<byte> body, ulong bytes) => bytes <= (ulong)body.Length ? body[(int)bytes..] : throw Malformed();

    private static ulong ReadVarint(ref ReadOnlySpan<byte> body)
    {
        var value = 0UL;
        for (var i = 0; i < 10 && i < body.Length; i++)
        {
            value |= (ulong)(body[i] & 0x7f) << (7 * i);
            if (body[i] < 0x80)
            {
                body = body[(i + 1)..];
                return value;
            }
        }

        throw Malformed();
    }

    private static OtlpRefusal Malformed() => new(StatusCodes.Status400BadRequest, OtlpEndpoints.NotProtobuf);
}
