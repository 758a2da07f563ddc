namespace ReplicatedDs.Dashboard.Access;

/// <summary>
/// Who may call which route of the dashboard. What is not marked otherwise needs the login cookie: that is the fallback policy, so a route
/// that was forgotten here is closed, and a test fails.
/// </summary>
public static class RouteRules
{
    public static readonly IReadOnlyList<RouteRule> All =
    [
        new("/health", RouteAccess.Open),
        new("/alive", RouteAccess.Open),
        new("/login", RouteAccess.Login),

        new("/v1/traces", RouteAccess.Telemetry),
        new("/v1/metrics", RouteAccess.Telemetry),
        new("/v1/logs", RouteAccess.Telemetry),

        new("/", RouteAccess.SignedIn),
        new("/causality", RouteAccess.SignedIn),
        new("/clocks", RouteAccess.SignedIn),
        new("/pending", RouteAccess.SignedIn),
        new("/keys", RouteAccess.SignedIn),
        new("/traces", RouteAccess.SignedIn),
        new("/traces/{TraceId}", RouteAccess.SignedIn),
        new("/metrics", RouteAccess.SignedIn),
        new("/events", RouteAccess.SignedIn),
        new("/scenario", RouteAccess.SignedIn),
        new("/scenarios", RouteAccess.SignedIn),
        new("/scenarios/{Id}", RouteAccess.SignedIn),

        new("/hubs/cluster", RouteAccess.SignedIn),
        new("/hubs/cluster/negotiate", RouteAccess.SignedIn),
        new("/hubs/causality", RouteAccess.SignedIn),
        new("/hubs/causality/negotiate", RouteAccess.SignedIn),
    ];

    /// <summary>What the framework maps for the pages' circuits.</summary>
    public static readonly IReadOnlyList<RouteRule> OfFramework =
    [
        new("/_blazor", RouteAccess.SignedIn),
        new("/_blazor/negotiate", RouteAccess.SignedIn),
    ];

    public static RouteRule? Find(string pattern) => All.Concat(OfFramework).FirstOrDefault(rule => rule.Pattern.Equals("/" + pattern.Trim('/'), StringComparison.OrdinalIgnoreCase));
}
