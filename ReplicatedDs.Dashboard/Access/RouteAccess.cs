namespace ReplicatedDs.Dashboard.Access;

/// <summary>What a caller of a route has to show.</summary>
public enum RouteAccess
{
    /// <summary>Nothing.</summary>
    Open,

    /// <summary>The login secret, which is what it is for.</summary>
    Login,

    /// <summary>The key for telemetry.</summary>
    Telemetry,

    /// <summary>The cookie of the login.</summary>
    SignedIn,
}
