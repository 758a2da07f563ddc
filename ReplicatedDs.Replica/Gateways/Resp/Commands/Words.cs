using System.Text;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Replica.Gateways.Resp.Commands;

/// <summary>The words of a command as what they stand for.</summary>
internal static class Words
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="RespException">It is no key.</exception>
    public static string Key(byte[][] words, int at) => RespSession.KeyOf(words[at]);

    /// <exception cref="RespException">It is no member of a set.</exception>
    public static string Member(byte[][] words, int at) => RespSession.KeyOf(words[at], "member");

    /// <summary>Whether a word is that name, in whatever case.</summary>
    public static bool Is(byte[] word, string name) => Ascii.EqualsIgnoreCase(word, name);

    /// <summary>Text of a client about itself or of patterns; what is not UTF-8 is replaced.</summary>
    public static string Text(byte[] word) => Encoding.UTF8.GetString(word);

    /// <exception cref="RespException">It is no integer of 64 bits.</exception>
    public static long Integer(byte[] word) => KeyState.TryParseInteger(word, out var number) ? number : throw RespException.NotAnInteger();

    /// <summary>The same, but what is not UTF-8 matches nothing instead of being replaced.</summary>
    public static Glob? Pattern(byte[] word)
    {
        try
        {
            return new Glob(StrictUtf8.GetString(word));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    public static RespException UnknownSubcommand(byte[][] words) =>
        new($"ERR unknown subcommand '{Text(words[1])[..Math.Min(128, Text(words[1]).Length)]}' of {Text(words[0]).ToUpperInvariant()}");
}
