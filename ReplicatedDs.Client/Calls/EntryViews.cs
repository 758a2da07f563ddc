using System.Text;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Client.Calls;

/// <summary>Values in JSON: text where they are UTF-8, else base64.</summary>
internal static class EntryViews
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static (string Value, string? Encoding) Encode(ReadOnlySpan<byte> value)
    {
        try
        {
            return (StrictUtf8.GetString(value), null);
        }
        catch (DecoderFallbackException)
        {
            return (Convert.ToBase64String(value), "base64");
        }
    }

    /// <summary>The entry; <c>null</c> if the key has no value.</summary>
    public static Entry? Read(EntryView body, Answer answer)
    {
        if (body.Dot is null || body.Value is null)
        {
            return null;
        }

        return new Entry(body.Key, Decode(body.Value, body.Encoding), body.ContentType, answer.ReadDot(body.Dot), body.Siblings, body.Type);
    }

    public static byte[] Decode(string value, string? encoding)
    {
        try
        {
            return encoding == "base64" ? Convert.FromBase64String(value) : Encoding.UTF8.GetBytes(value);
        }
        catch (FormatException exception)
        {
            throw new UnexpectedAnswerException("A value that should be base64 is not.", exception);
        }
    }
}
