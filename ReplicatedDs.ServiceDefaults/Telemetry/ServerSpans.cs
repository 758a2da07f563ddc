using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace ReplicatedDs.ServiceDefaults.Telemetry;

/// <summary>Adds to the server span what the runtime leaves out: the route and the status.</summary>
internal sealed class ServerSpans(RequestDelegate next, PathString[] untraced, Func<ActivityTraceId, bool> isTraced)
{
    public static readonly PathString[] DefaultUntraced = ["/health", "/alive", "/events", "/metrics"];

    public async Task InvokeAsync(HttpContext context)
    {
        var activity = context.Features.Get<IHttpActivityFeature>()?.Activity;
        if (activity is null || !activity.IsAllDataRequested)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        if (IsUntraced(context.Request.Path) || !isTraced(activity.TraceId))
        {
            // The span exists already; without this flag no exporter takes it, nor one of its children.
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            activity.IsAllDataRequested = false;
            await next(context).ConfigureAwait(false);
            return;
        }

        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            Describe(activity, context);
        }
    }

    private bool IsUntraced(PathString path)
    {
        foreach (var prefix in untraced)
        {
            if (path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static void Describe(Activity activity, HttpContext context)
    {
        var status = context.Response.StatusCode;
        activity.SetTag("http.response.status_code", status);
        if (status >= 500)
        {
            activity.SetStatus(ActivityStatusCode.Error);
        }

        if (context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route })
        {
            activity.SetTag("http.route", route);
            activity.DisplayName = $"{context.Request.Method} {route}";
        }
    }
}
