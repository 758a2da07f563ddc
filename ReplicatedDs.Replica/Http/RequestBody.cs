using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ReplicatedDs.Replica.Http.Problems;

namespace ReplicatedDs.Replica.Http;

/// <summary>Reads request bodies, never more than allowed.</summary>
internal static class RequestBody
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The whole body. Memory grows with what arrived, not with what the client announced.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, int bytesMax)
    {
        var request = context.Request;
        if (request.ContentLength > bytesMax)
        {
            throw new ProblemException(TooLarge(bytesMax));
        }

        if (request.Headers.ContentEncoding is { Count: > 0 } encodings && encodings.Any(encoding => encoding is not ("identity" or "" or null)))
        {
            throw new ProblemException(
                ProblemKinds.UnsupportedContentEncoding, $"The body comes with Content-Encoding '{encodings}'; send it as it is.");
        }

        var buffer = new byte[Math.Min(request.ContentLength is { } announced ? (int)announced : 512, 16 * 1024)];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                // One byte over the limit is enough to know that it is exceeded.
                var grown = Math.Min(Math.Max(buffer.Length * 2, 512), bytesMax + 1);
                if (grown <= length)
                {
                    throw new ProblemException(TooLarge(bytesMax));
                }

                Array.Resize(ref buffer, grown);
            }

            var read = await request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        // The bytes may live as long as the key does: no spare room stays with them.
        return length == buffer.Length ? buffer : buffer.AsSpan(0, length).ToArray();
    }

    /// <summary>A body of text in UTF-8.</summary>
    public static async Task<string> ReadTextAsync(HttpContext context, int bytesMax)
    {
        RequireContentType(context, "text/plain");
        var bytes = await ReadAsync(context, bytesMax).ConfigureAwait(false);
        try
        {
            return StrictUtf8.GetString(bytes.Span);
        }
        catch (DecoderFallbackException)
        {
            throw new ProblemException(ProblemKinds.BadRequest, "The body is not UTF-8.");
        }
    }

    /// <summary>A body of JSON.</summary>
    public static async Task<T> ReadJsonAsync<T>(HttpContext context, JsonTypeInfo<T> type, int bytesMax)
        where T : class
    {
        RequireContentType(context, "application/json");
        var bytes = await ReadAsync(context, bytesMax).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(bytes.Span, type)
                ?? throw new ProblemException(ProblemKinds.BadJson, "The body is null; this call takes an object.");
        }
        catch (JsonException exception)
        {
            // The exception's own message names types of ours.
            var place = exception.Path is { Length: > 1 } path ? $" at {path}" : "";
            throw new ProblemException(
                ProblemKinds.BadJson,
                $"The body is not the JSON that this call takes{place} (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}): a member is missing, unknown or of the wrong kind, or it is no JSON at all.");
        }
    }

    public static Problem TooLarge(long bytesMax) => new(ProblemKinds.TooLarge, $"The body may have at most {bytesMax} bytes.");

    private static void RequireContentType(HttpContext context, string expected)
    {
        var given = context.Request.ContentType;
        var end = given?.IndexOf(';', StringComparison.Ordinal) ?? -1;
        var mediaType = given.AsSpan(0, end < 0 ? given?.Length ?? 0 : end).Trim();
        if (!mediaType.Equals(expected, StringComparison.OrdinalIgnoreCase))
        {
            throw new ProblemException(
                ProblemKinds.UnsupportedContentType,
                $"This call takes {expected}, not '{given}'; send the header Content-Type: {expected}.");
        }
    }
}
