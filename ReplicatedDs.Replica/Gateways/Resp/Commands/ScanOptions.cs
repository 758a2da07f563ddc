using System.Buffers.Text;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Replica.Gateways.Resp.Commands;

/// <summary>What SCAN and SSCAN are told.</summary>
/// <param name="IsNothing">The pattern or the type matches nothing that can be here.</param>
internal sealed record ScanOptions(long Cursor, Glob? Pattern, int Count, string? Type, bool IsNothing)
{
    private const int CountDefault = 10;
    private const int CountMax = 10_000;

    /// <param name="at">The place of the cursor.</param>
    /// <exception cref="RespException">They make no sense.</exception>
    public static ScanOptions Of(byte[][] words, int at)
    {
        if (!Utf8Parser.TryParse(words[at], out long cursor, out var used) || used != words[at].Length || cursor < 0)
        {
            throw new RespException("ERR invalid cursor");
        }

        var options = new ScanOptions(cursor, null, CountDefault, null, IsNothing: false);
        for (var i = at + 1; i < words.Length; i += 2)
        {
            if (i + 1 == words.Length)
            {
                throw RespException.Syntax();
            }

            if (Words.Is(words[i], "MATCH"))
            {
                var pattern = Words.Pattern(words[i + 1]);
                options = options with { Pattern = pattern, IsNothing = options.IsNothing || pattern is null };
            }
            else if (Words.Is(words[i], "COUNT"))
            {
                var count = Words.Integer(words[i + 1]);
                options = options with { Count = count >= 1 ? (int)Math.Min(count, CountMax) : throw RespException.Syntax() };
            }
            else if (Words.Is(words[i], "TYPE") && at == 1)
            {
                options = options with { Type = Words.Text(words[i + 1]).ToLowerInvariant() };
            }
            else
            {
                throw RespException.Syntax();
            }
        }

        return options;
    }

    public bool Takes(string text) => Pattern?.Matches(text) != false;

    public bool Takes(string key, KeyState state) => state.IsPresent && (Type is null || Type == KeyCommands.TypeOf(state)) && Takes(key);
}
