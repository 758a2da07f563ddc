using ReplicatedDs.Dashboard.Configuration;

namespace ReplicatedDs.Dashboard.Access;

/// <summary>
/// Refuses what a foreign web page could make a browser send: a name that merely resolves to this machine (DNS rebinding) and
/// requests that another origin began. Other loopback ports are other origins, though the same site, so the cookie alone would
/// not keep them out. While the dashboard stops it refuses everything.
/// </summary>
internal sealed class RequestGuard(RequestDelegate next, IHostApplicationLifetime lifetime, DashboardOptions options)
{
    private const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self';"
        + " object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer"; // The login address carries the secret.
        headers.ContentSecurityPolicy = ContentSecurityPolicy;

        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Pages look for their feed again at once. A stop would wait for a connection that was taken up during it.
            headers.Connection = "close";
            return RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "This dashboard is stopping.");
        }

        var request = context.Request;
        if (!request.Host.HasValue || !(DashboardOptionsReader.IsLoopback(request.Host.Host) || options.Hosts.Contains(request.Host.Host.Trim('[', ']'), StringComparer.OrdinalIgnoreCase)))
        {
            return RefuseAsync(context, StatusCodes.Status421MisdirectedRequest, $"This dashboard answers only to its own names: this machine's loopback, such as 127.0.0.1 or localhost{(options.Hosts.Count > 0 ? ", and those of Dashboard:Hosts" : "")}.");
        }

        if (request.Headers.Origin is [{ } origin] && !origin.Equals($"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase))
        {
            return RefuseAsync(context, StatusCodes.Status403Forbidden, "This request was begun by a page of another origin.");
        }

        return next(context);
    }

    private static Task RefuseAsync(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(sentence + "\n");
    }
}
