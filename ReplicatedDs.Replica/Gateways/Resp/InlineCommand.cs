using System.Globalization;

namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>Commands as people type them: words between spaces, in double quotes with escapes, or in single quotes.</summary>
internal static class InlineCommand
{
    /// <exception cref="RespProtocolException">The quotes do not match.</exception>
    public static byte[][] Split(ReadOnlySpan<byte> line)
    {
        var words = new List<byte[]>();
        var word = new List<byte>();
        var at = 0;
        while (true)
        {
            while (at < line.Length && IsSpace(line[at]))
            {
                at++;
            }

            if (at == line.Length)
            {
                return [.. words];
            }

            word.Clear();
            if (line[at] is (byte)'"' or (byte)'\'')
            {
                at = Quoted(line, at + 1, line[at], word);
                if (at < line.Length && !IsSpace(line[at]))
                {
                    throw Unbalanced();
                }
            }
            else
            {
                for (; at < line.Length && !IsSpace(line[at]); at++)
                {
                    if (line[at] is (byte)'"' or (byte)'\'')
                    {
                        at = Quoted(line, at + 1, line[at], word);
                        if (at < line.Length && !IsSpace(line[at]))
                        {
                            throw Unbalanced();
                        }

                        break;
                    }

                    word.Add(line[at]);
                }
            }

            words.Add([.. word]);
        }
    }

    /// <summary>Reads up to the closing quote; gives the place after it.</summary>
    private static int Quoted(ReadOnlySpan<byte> line, int at, byte quote, List<byte> word)
    {
        for (; at < line.Length; at++)
        {
            if (line[at] == quote)
            {
                return at + 1;
            }

            if (line[at] != (byte)'\\' || at + 1 == line.Length)
            {
                word.Add(line[at]);
                continue;
            }

            at++;
            if (quote == (byte)'\'')
            {
                if (line[at] != (byte)'\'')
                {
                    word.Add((byte)'\\');
                }

                word.Add(line[at]);
                continue;
            }

            if (line[at] == (byte)'x' && at + 2 < line.Length && byte.TryParse(line.Slice(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                word.Add(code);
                at += 2;
                continue;
            }

            word.Add(line[at] switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                (byte)'b' => (byte)'\b',
                (byte)'a' => (byte)'\a',
                var other => other,
            });
        }

        throw Unbalanced();
    }

    private static bool IsSpace(byte one) => one is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r') or 0;

    private static RespProtocolException Unbalanced() => new("Protocol error: unbalanced quotes in request");
}
