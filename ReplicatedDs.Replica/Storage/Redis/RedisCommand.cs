using System.Buffers;
using System.Globalization;
using System.Text;

namespace ReplicatedDs.Replica.Storage.Redis;

/// <summary>Writes commands of the Redis protocol.</summary>
internal static class RedisCommand
{
    public static void Write(IBufferWriter<byte> target, params ReadOnlySpan<ReadOnlyMemory<byte>> words)
    {
        Header(target, '*', words.Length);
        foreach (var word in words)
        {
            Header(target, '$', word.Length);
            target.Write(word.Span);
            target.Write("\r\n"u8);
        }
    }

    public static void Write(IBufferWriter<byte> target, params ReadOnlySpan<string> words)
    {
        Header(target, '*', words.Length);
        foreach (var word in words)
        {
            var bytes = Encoding.UTF8.GetBytes(word);
            Header(target, '$', bytes.Length);
            target.Write(bytes);
            target.Write("\r\n"u8);
        }
    }

    private static void Header(IBufferWriter<byte> target, char kind, int number)
    {
        var span = target.GetSpan(16);
        span[0] = (byte)kind;
        number.TryFormat(span[1..], out var length, provider: CultureInfo.InvariantCulture);
        "\r\n"u8.CopyTo(span[(length + 1)..]);
        target.Advance(length + 3);
    }
}
