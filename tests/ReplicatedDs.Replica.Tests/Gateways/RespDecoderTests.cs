using System.Buffers;
using System.Text;
using ReplicatedDs.Fuzzing;
using ReplicatedDs.Replica.Gateways.Resp;

namespace ReplicatedDs.Replica.Tests.Gateways;

/// <summary>The decoder alone, on whatever bytes there are.</summary>
public class RespDecoderTests
{
    private static readonly string[] Pieces =
    [
        "*", "$", "\r\n", "\n", "\r", "0", "1", "2", "3", "-1", "4294967296", "2147483648", "99999999999999999999", "8388608", "65536", "GET", "SET", "key", "value",
        "*1\r\n$4\r\nPING\r\n", "*2\r\n$3\r\nGET\r\n$1\r\nx\r\n", "PING\r\n", "\"", "'", "\\x41", "\\", " ", ":", "+OK\r\n", "\0", "ü", "*3\r\n", "$3\r\n", "$0\r\n\r\n",
    ];

    [Fact]
    public void Anything_CutAnywhere_IsReadTheSameOrRefusedTheSame()
    {
        var random = new Random(20260727);
        for (var input = 0L; input < Fuzz.Inputs; input++)
        {
            var bytes = Generate(random);
            var whole = Read(bytes, [bytes.Length]);
            var cuts = Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(bytes.Length + 1)).Append(bytes.Length).Order().ToArray();
            var cut = Read(bytes, cuts);
            Assert.True(whole == cut, $"Input {Convert.ToHexString(bytes)}, cut at {string.Join(',', cuts)}:\n{whole}\n{cut}");
            var together = Read(bytes, cuts, random.Next(2, 6));
            Assert.True(whole == together, $"Input {Convert.ToHexString(bytes)}, cut at {string.Join(',', cuts)}, several commands at once:\n{whole}\n{together}");
        }
    }

    [Theory]
    [InlineData("*1\r\n$4294967296\r\n")]
    [InlineData("*1\r\n$2147483647\r\n")]
    [InlineData("*1\r\n$-1\r\n")]
    [InlineData("*1\r\n$8388609\r\n")]
    [InlineData("*2147483648\r\n")]
    [InlineData("*4294967296\r\n")]
    [InlineData("*65537\r\n")]
    [InlineData("*x\r\n")]
    [InlineData("*1\n")]
    [InlineData("*99999999999999999999999999999999")]
    [InlineData("*1\r\n:1\r\n")]
    [InlineData("*1\r\n$1\r\nab\r\n")]
    [InlineData("*2\r\n$8388608\r\n", 8388608, "\r\n$1\r\n")]
    [InlineData("GET \"open\r\n")]
    [InlineData("GET \"a\"b\r\n")]
    [InlineData("", RespDecoder.InlineBytesMax + 1, "")]
    public void WhatCannotBecomeACommand_IsRefusedAsSoonAsThatIsCertain(string before, int filler = 0, string after = "")
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(before), .. Enumerable.Repeat((byte)'a', filler), .. Encoding.UTF8.GetBytes(after)];
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        Assert.StartsWith("Protocol error: ", Assert.Throws<RespProtocolException>(() => Decode(bytes)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, filler + (64 << 10));
    }

    [Theory]
    [InlineData("PING\r\n", "PING")]
    [InlineData("  SET  a\t b  \n", "SET|a|b")]
    [InlineData("SET \"a b\" 'c d'\r\n", "SET|a b|c d")]
    [InlineData("ECHO \"\\x41\\n\\\"\"\r\n", "ECHO|A\n\"")]
    [InlineData("ECHO 'it\\'s'\r\n", "ECHO|it's")]
    [InlineData("ECHO \"\"\r\n", "ECHO|")]
    [InlineData("\r\n\n*0\r\n*-1\r\n*1\r\n$4\r\nPING\r\n", "PING")]
    public void Lines_AreSplitAsRedisDoes(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', Decode(Encoding.UTF8.GetBytes(text)).Single().Select(Encoding.UTF8.GetString)));

    private static byte[] Generate(Random random)
    {
        var bytes = new List<byte>();
        var pieces = random.Next(1, 12);
        for (var i = 0; i < pieces; i++)
        {
            bytes.AddRange(Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
        }

        for (var i = random.Next(4); i > 0 && bytes.Count > 0; i--)
        {
            bytes[random.Next(bytes.Count)] = (byte)random.Next(256);
        }

        return [.. bytes];
    }

    private static List<byte[][]> Decode(byte[] bytes)
    {
        var commands = new List<byte[][]>();
        var decoder = new RespDecoder();
        var buffer = new ReadOnlySequence<byte>(bytes);
        while (decoder.Read(ref buffer) is { } words)
        {
            commands.Add(words);
        }

        return commands;
    }

    /// <summary>What becomes of bytes that arrive in pieces: the commands, then the error or what is left.</summary>
    private static string Read(byte[] bytes, int[] arrivals, int together = 1)
    {
        var decoder = new RespDecoder();
        var commands = new List<byte[][]>();
        var result = new StringBuilder();
        var taken = 0;
        try
        {
            foreach (var arrived in arrivals)
            {
                // In segments of 3 bytes, so that every boundary is crossed.
                var buffer = Segments(bytes.AsMemory(taken, arrived - taken));
                var length = buffer.Length;
                while (decoder.Read(ref buffer, commands, together))
                {
                    Assert.InRange(commands.Count, 1, together);
                    foreach (var words in commands)
                    {
                        Assert.InRange(words.Length, 1, RespDecoder.WordsMax);
                        result.AppendJoin(' ', words.Select(Convert.ToHexString)).Append('\n');
                    }
                }

                taken += (int)(length - buffer.Length);
            }

            return result.Append(taken).Append(decoder.IsInside).ToString();
        }
        catch (RespProtocolException exception)
        {
            return result.Append(exception.Message).ToString();
        }
    }

    private static ReadOnlySequence<byte> Segments(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return default;
        }

        Segment? first = null, last = null;
        for (var at = 0; at < bytes.Length; at += 3)
        {
            var piece = bytes.Slice(at, Math.Min(3, bytes.Length - at));
            last = new Segment(piece, last);
            first ??= last;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
