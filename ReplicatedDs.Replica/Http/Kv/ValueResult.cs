using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Replica.Http.Kv;

/// <summary>The bytes of a value: a register's as they were written, a counter in digits, a set as JSON.</summary>
internal sealed class ValueResult(KeyState state) : IResult
{
    private const string DefaultContentType = "application/octet-stream";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var content = KeyContent.Of(state);
        response.ContentType = Entries.ContentTypeOf(state) ?? DefaultContentType;
        response.ContentLength = content.Length;

        // Whoever may write values must not get a page of this origin by it: a stored page would pass the Origin check.
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        if (!HttpMethods.IsHead(httpContext.Request.Method))
        {
            await response.BodyWriter.WriteAsync(content, httpContext.RequestAborted).ConfigureAwait(false);
        }
    }
}
