namespace ReplicatedDs.Dashboard.Access;

/// <summary>Who may call one route.</summary>
public sealed record RouteRule(string Pattern, RouteAccess Access);
