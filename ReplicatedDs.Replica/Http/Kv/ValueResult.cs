using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Replica.Http.Kv;

/// <summary>The bytes of a value as they were written.</summary>
internal sealed class ValueResult(KeyVersion version) : IResult
{
    private const string DefaultContentType = "application/octet-stream";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = version.ContentType ?? DefaultContentType;
        response.ContentLength = version.Value.Length;

        // Whoever may write values must not get a page of this origin by it: a stored page would pass the Origin check.
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        if (!HttpMethods.IsHead(httpContext.Request.Method))
        {
            await response.BodyWriter.WriteAsync(version.Value, httpContext.RequestAborted).ConfigureAwait(false);
        }
    }
}
