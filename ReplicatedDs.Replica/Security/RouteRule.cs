namespace ReplicatedDs.Replica.Security;

/// <summary>The rule for one route.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Pattern">The route pattern as it is mapped.</param>
/// <param name="Access">Who may call it.</param>
/// <param name="IsLab">Whether it is only there in lab mode.</param>
/// <param name="BodyBytesMax">
/// The largest body that the server reads for it. <c>null</c>: the handler bounds what it keeps and answers 413; the server then drains the
/// rest for a few seconds, so that a client that is still sending gets to read the answer.
/// </param>
public sealed record RouteRule(string Method, string Pattern, RouteAccess Access, bool IsLab = false, long? BodyBytesMax = RouteRule.SmallBody)
{
    /// <summary>For calls that take no body.</summary>
    public const int SmallBody = 64 << 10;
}
