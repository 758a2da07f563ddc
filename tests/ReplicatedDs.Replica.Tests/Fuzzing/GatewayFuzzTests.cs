using System.Buffers;
using System.Text;
using ReplicatedDs.Fuzzing;
using ReplicatedDs.Replica.Gateways.Resp;
using ReplicatedDs.Replica.Gateways.Text;
using ReplicatedDs.Replica.Tests.Gateways;
using Xunit.Abstractions;

namespace ReplicatedDs.Replica.Tests.Fuzzing;

/// <summary>What reads a connection's bytes. RESP that is cut anywhere: <see cref="RespDecoderTests"/>.</summary>
public sealed class GatewayFuzzTests(ITestOutputHelper output)
{
    /// <summary>Of each byte a command of its own may be made, in a list of words.</summary>
    [Fact]
    public async Task RespCommands()
    {
        byte[][] sound =
        [
            RespClient.Frame("PING"), RespClient.Frame("SET", "key", "value"), RespClient.Frame("MSET", "a", "1", "b", "2", "c", ""),
            [.. RespClient.Frame("MULTI"), .. RespClient.Frame("INCRBY", "n", "-5"), .. RespClient.Frame("EXEC")],
            "PING\r\n"u8.ToArray(), "SET \"a b\" 'c\\'d' \\x41\r\nGET x\n"u8.ToArray(),
        ];
        output.WriteLine(await Fuzz.RunAsync(new FuzzTarget(sound, ReadCommands) { IsRefusal = exception => exception is RespProtocolException, First = (byte)'*' }));
    }

    /// <summary>Whole, and cut in two at every byte: the same frames, or the same refusal.</summary>
    [Fact]
    public async Task TextFramesOfTheOriginalsProtocol()
    {
        byte[][] sound = [TextFrames.Write("CWkey:", "value"u8), TextFrames.Write("CRключ", default), [.. TextFrames.Write("CUx", default), .. TextFrames.Write("Cx:", "1"u8)], TextFrames.Write("CQ", default)];
        output.WriteLine(await Fuzz.RunAsync(new FuzzTarget(sound, ReadFrames) { IsRefusal = exception => exception is TextGatewayException, AllocatedPerByte = 4096, First = 0 }));
    }

    private static bool ReadCommands(byte[] bytes)
    {
        var decoder = new RespDecoder();
        var buffer = new ReadOnlySequence<byte>(bytes);
        var commands = 0;
        while (decoder.Read(ref buffer) is { } words)
        {
            Assert.InRange(words.Length, 1, RespDecoder.WordsMax);
            commands++;
        }

        return commands > 0;
    }

    private static bool ReadFrames(byte[] bytes)
    {
        const int FrameMax = 4096;
        var whole = new List<string>();
        var (rest, refusal) = Take(bytes, whole);
        var cut = new List<string>();
        for (var at = 1; at < bytes.Length; at += 1 + (bytes.Length / 16))
        {
            cut.Clear();
            var (left, early) = Take(bytes.AsMemory(0, at), cut);
            var (leftAtLast, late) = early is null ? Take(bytes.AsMemory(at - left), cut) : (left, early);
            Assert.Equal((refusal, string.Join('|', whole)), (late, string.Join('|', cut)));
            Assert.True(refusal is not null || leftAtLast == rest);
        }

        return refusal is null ? whole.Count > 0 : throw new TextGatewayException(refusal);

        static (int Left, string? Refusal) Take(ReadOnlyMemory<byte> bytes, List<string> frames)
        {
            var buffer = new ReadOnlySequence<byte>(bytes);
            try
            {
                while (TextFrames.TryRead(ref buffer, FrameMax, out var text))
                {
                    Assert.InRange(Encoding.UTF8.GetByteCount(text), 1, FrameMax);
                    frames.Add(text);
                }

                return ((int)buffer.Length, null);
            }
            catch (TextGatewayException exception)
            {
                return (0, exception.Message);
            }
        }
    }
}
