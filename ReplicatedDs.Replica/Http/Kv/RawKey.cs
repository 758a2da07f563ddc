using System.Text;
using ReplicatedDs.Replica.Http.Problems;

namespace ReplicatedDs.Replica.Http.Kv;

/// <summary>
/// Keys from the raw request target, decoded exactly once. The server's decoded path will not do: it cannot tell <c>%2F</c> from
/// <c>%252F</c>, removes dot segments and leaves invalid escapes as they are.
/// </summary>
internal static class RawKey
{
    public const int BytesMax = 1024;

    private const string Prefix = "/kv/";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether a target is <c>/kv/{key}…</c>; gives the segment of the key and what follows it, both still encoded.</summary>
    public static bool TrySplit(string target, out string segment, out string rest)
    {
        segment = rest = "";
        var path = PathOf(target);
        if (!path.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        path = path[Prefix.Length..];
        var slash = path.IndexOf('/');
        segment = (slash < 0 ? path : path[..slash]).ToString();
        rest = slash < 0 ? "" : path[slash..].ToString();
        return true;
    }

    /// <exception cref="ProblemException">It is no key; the message says why.</exception>
    /// <param name="what">What the segment stands for, if not for a key.</param>
    public static string Decode(string segment, string what = "key")
    {
        if (segment.Length == 0)
        {
            throw Bad($"The {what} is empty; it needs at least one byte.");
        }

        var bytes = new byte[segment.Length];
        var length = 0;
        for (var i = 0; i < segment.Length; i++)
        {
            if (segment[i] != '%')
            {
                // The server refuses targets that are not ASCII.
                bytes[length++] = (byte)segment[i];
                continue;
            }

            if (i + 2 >= segment.Length || !char.IsAsciiHexDigit(segment[i + 1]) || !char.IsAsciiHexDigit(segment[i + 2]))
            {
                throw Bad($"In the {what} a '%' is not followed by two hexadecimal digits; a percent sign itself is written %25.");
            }

            bytes[length++] = Convert.FromHexString(segment.AsSpan(i + 1, 2))[0];
            i += 2;
        }

        return Check(bytes.AsSpan(0, length), what);
    }

    /// <summary>The key of these bytes.</summary>
    /// <exception cref="ProblemException">They are no key.</exception>
    public static string Check(ReadOnlySpan<byte> utf8, string what = "key")
    {
        if (utf8.Length is 0 or > BytesMax)
        {
            throw Bad($"The {what} has {utf8.Length} bytes; it needs 1 to {BytesMax}.");
        }

        string key;
        try
        {
            key = StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw Bad($"The {what} is not valid UTF-8.");
        }

        return key is "." or ".."
            ? throw Bad($"'{key}' is not a {what}: clients and proxies remove such path segments.")
            : key;
    }

    /// <summary>A key or member of a JSON body.</summary>
    /// <exception cref="ProblemException">It is none; the message says why.</exception>
    public static string CheckText(string text, string what = "key")
    {
        byte[] bytes;
        try
        {
            bytes = StrictUtf8.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            throw Bad($"The {what} is not valid UTF-8.");
        }

        return Check(bytes, what);
    }

    /// <summary>The path of a raw request target, still encoded, without its query.</summary>
    public static ReadOnlySpan<char> PathOf(string target)
    {
        var path = target.AsSpan();
        if (!path.StartsWith('/'))
        {
            // Absolute form, as clients send it to proxies: http://host/path.
            var authority = path.IndexOf("://", StringComparison.Ordinal);
            var slash = authority < 0 ? -1 : path[(authority + 3)..].IndexOf('/');
            path = slash < 0 ? default : path[(authority + 3 + slash)..];
        }

        var query = path.IndexOf('?');
        return query < 0 ? path : path[..query];
    }

    private static ProblemException Bad(string detail) => new(ProblemKinds.BadKey, detail);
}
