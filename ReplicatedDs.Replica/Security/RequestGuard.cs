using System.Net;
using Microsoft.AspNetCore.Http.Features;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Http.Problems;

namespace ReplicatedDs.Replica.Security;

/// <summary>
/// Enforces <see cref="RouteRules"/>. A loopback port is reachable for every web page that the user has open: a page could post to it, or
/// read from it after rebinding its own name to 127.0.0.1. So the Host must be ours, and changes must not come from a foreign origin.
/// </summary>
internal sealed class RequestGuard(RequestDelegate next, ApiOptions options, KeyGuard keys)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint { RoutePattern.RawText: { } pattern })
        {
            // Nothing is mapped here, or not with this method: the answer is 404 or 405, to ourselves only.
            RequireOwnHost(context);
            return next(context);
        }

        // Replication has a port and a pipeline of its own.
        var rule = RouteRules.Find(context.Request.Method, pattern);
        if (rule is null || rule.Access == RouteAccess.Peer)
        {
            throw new ProblemException(ProblemKinds.NoSuchRoute, $"{context.Request.Method} {context.Request.Path} is not served on this port.");
        }

        RequireOwnHost(context);
        if (rule.Access is not (RouteAccess.Open or RouteAccess.Read))
        {
            RefuseForeignOrigin(context.Request);
        }

        RequireRole(context, rule.Access switch
        {
            RouteAccess.Open => AccessRole.None,
            RouteAccess.Read => AccessRole.Read,
            RouteAccess.Change => AccessRole.Write,
            _ => AccessRole.Operate,
        });

        if (rule.IsLab && !options.IsLab)
        {
            throw new ProblemException(ProblemKinds.LabOff, "This call injects faults or updates; it is there when the replica is started with Replica:Lab=true.");
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
        {
            body.MaxRequestBodySize = rule.BodyBytesMax;
        }

        return next(context);
    }

    private void RequireOwnHost(HttpContext context)
    {
        var host = context.Request.Host;
        if (!IsOwn(host.Host))
        {
            throw new ProblemException(
                ProblemKinds.ForeignHost,
                $"The Host header names '{host.Host}', which is not this server; Security:Hosts lists further names that it answers to.");
        }
    }

    private bool IsOwn(string host)
    {
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || options.Hosts.Contains(host, StringComparer.OrdinalIgnoreCase))
        {
            return true;
        }

        return IPAddress.TryParse(host.AsSpan().Trim("[]"), out var address) && IPAddress.IsLoopback(address);
    }

    private static void RefuseForeignOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var isForeign = origin.Length > 0
            && !string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase);
        if (isForeign || site is not ("" or "same-origin" or "none"))
        {
            throw new ProblemException(
                ProblemKinds.ForeignOrigin, $"The request comes from a web page of '{(origin.Length > 0 ? origin : site)}'; such pages may not change anything here.");
        }
    }

    private void RequireRole(HttpContext context, AccessRole needed)
    {
        if (needed <= keys.Anybody)
        {
            return;
        }

        var role = keys.RoleOf(context);
        if (role >= needed)
        {
            return;
        }

        if (role > AccessRole.None)
        {
            throw new ProblemException(ProblemKinds.Forbidden, $"This key may {Verb(role)}; the call needs one that may {Verb(needed)}.");
        }

        throw new ProblemException(new Problem(
            ProblemKinds.Unauthorized,
            needed == AccessRole.Operate
                ? "Operator calls need the header 'Authorization: Bearer <clusterKey>'; cluster.json holds the key."
                : $"This replica has keys: send the header 'Authorization: Bearer <key>' with one that may {Verb(needed)}.")
        {
            Headers = [("WWW-Authenticate", "Bearer realm=\"replicated-ds\"")],
        });
    }

    private static string Verb(AccessRole role) => role switch
    {
        AccessRole.Read => "read",
        AccessRole.Write => "write",
        _ => "operate",
    };
}
