using System.Text;
using ReplicatedDs.Client;

namespace ReplicatedDs.Cli.Printing;

/// <summary>Entries as JSON: text where the value is UTF-8, else base64.</summary>
internal static class EntryJson
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public static object? Of(Entry? entry)
    {
        if (entry is null)
        {
            return null;
        }

        var (value, encoding) = Encode(entry.Value.Span);
        return new { entry.Key, entry.Type, value, encoding, entry.ContentType, dot = entry.Dot.ToString(), entry.Siblings };
    }

    private static (string Value, string Encoding) Encode(ReadOnlySpan<byte> value)
    {
        try
        {
            return (StrictUtf8.GetString(value), "utf-8");
        }
        catch (DecoderFallbackException)
        {
            return (Convert.ToBase64String(value), "base64");
        }
    }
}
