using System.Text;

namespace ReplicatedDs.Client.Calls;

/// <summary>Keys as path segments.</summary>
internal static class KeyPath
{
    private const int BytesMax = 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">No replica would take the key.</exception>
    public static string Of(string key, string rest = "")
    {
        Require(key);
        return $"/kv/{Uri.EscapeDataString(key)}{rest}";
    }

    /// <exception cref="ArgumentException">No replica would take the key.</exception>
    public static void Require(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (key is "." or ".." || key.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{key.Replace("\0", "\\0", StringComparison.Ordinal)}' cannot be a key.", nameof(key));
        }

        int bytes;
        try
        {
            bytes = StrictUtf8.GetByteCount(key);
        }
        catch (EncoderFallbackException)
        {
            throw new ArgumentException("The key has half a surrogate pair: it is no Unicode text.", nameof(key));
        }

        if (bytes > BytesMax)
        {
            throw new ArgumentException($"The key has {bytes} bytes of UTF-8; at most {BytesMax} are taken.", nameof(key));
        }
    }
}
