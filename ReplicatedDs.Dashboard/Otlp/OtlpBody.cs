using System.IO.Compression;
using Microsoft.AspNetCore.Http.Features;

namespace ReplicatedDs.Dashboard.Otlp;

/// <summary>Reads a request's body, packed or not, up to its limits.</summary>
internal static class OtlpBody
{
    /// <summary>The body as it was sent.</summary>
    /// <exception cref="OtlpRefusal">It is too large.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = OtlpLimits.BodyBytesMax;
        }

        try
        {
            using var body = new MemoryStream((int)Math.Clamp(context.Request.ContentLength ?? 0, 0, OtlpLimits.BodyBytesMax));
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            return body.GetBuffer().AsMemory(0, (int)body.Length);
        }
        catch (BadHttpRequestException problem) when (problem.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw new OtlpRefusal(StatusCodes.Status413PayloadTooLarge, $"A request may have {OtlpLimits.BodyBytesMax} bytes; send smaller batches.");
        }
    }

    /// <exception cref="OtlpRefusal">It is no gzip, or becomes too large.</exception>
    public static ReadOnlyMemory<byte> Unpack(ReadOnlyMemory<byte> packed)
    {
        using var source = new MemoryStream(packed.ToArray(), writable: false);
        using var gzip = new GZipStream(source, CompressionMode.Decompress);
        using var target = new MemoryStream();
        var piece = new byte[32 << 10];
        try
        {
            for (int read; (read = gzip.Read(piece)) > 0;)
            {
                if (target.Length + read > OtlpLimits.UnpackedBytesMax)
                {
                    throw new OtlpRefusal(
                        StatusCodes.Status413PayloadTooLarge, $"The body unpacks to more than {OtlpLimits.UnpackedBytesMax} bytes; send smaller batches.");
                }

                target.Write(piece, 0, read);
            }
        }
        catch (InvalidDataException)
        {
            throw new OtlpRefusal(StatusCodes.Status400BadRequest, "The body is said to be gzip but is not, or it is cut off.");
        }

        return target.GetBuffer().AsMemory(0, (int)target.Length);
    }
}
