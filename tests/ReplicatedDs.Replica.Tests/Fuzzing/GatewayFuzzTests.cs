using System.Buffers;
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

    /// <summary>Whole, and cut in two: the same frames, or the same refusal.</summary>
    [Fact]
    public async Task TextFramesOfTheOriginalsProtocol()
    {
        byte[][] sound = [TextFrames.Write("CWkey:", "value"u8), TextFrames.Write("CRключ", default), [.. TextFrames.Write("CUx", default), .. TextFrames.Write("Cx:", "1"u8)], TextFrames.Write("CQ", default)];
        output.WriteLine(await Fuzz.RunAsync(new FuzzTarget(sound, ReadFrames) { IsRefusal = exception => exception is TextGatewayException, First = 0 }));
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
        var whole = Take(bytes);
        var at = bytes.Length == 0 ? 0 : bytes[^1] % bytes.Length;
        var cut = Take(bytes.AsMemory(0, at));
        if (cut.Refusal is null)
        {
            var rest = Take(bytes.AsMemory(at - cut.Left));
            cut = rest with { Frames = [.. cut.Frames, .. rest.Frames] };
        }

        if (whole.Left != cut.Left || whole.Refusal != cut.Refusal || !whole.Frames.SequenceEqual(cut.Frames))
        {
            throw new InvalidOperationException($"Cut at {at} it is something else.");
        }

        return whole.Refusal is null ? whole.Frames.Count > 0 : throw new TextGatewayException(whole.Refusal);
    }

    private static Taken Take(ReadOnlyMemory<byte> bytes)
    {
        const int FrameMax = 4096;
        var buffer = new ReadOnlySequence<byte>(bytes);
        var frames = new List<string>();
        try
        {
            while (TextFrames.TryRead(ref buffer, FrameMax, out var text))
            {
                frames.Add(text);
            }

            return new Taken(frames, (int)buffer.Length, null);
        }
        catch (TextGatewayException exception)
        {
            return new Taken(frames, 0, exception.Message);
        }
    }

    /// <param name="Left">Bytes of a frame that is not complete.</param>
    private sealed record Taken(List<string> Frames, int Left, string? Refusal);
}
