namespace ReplicatedDs.Client.Tests.StandIn;

/// <summary>A request as it arrived.</summary>
/// <param name="Target">Path and query as they were sent.</param>
internal sealed record SeenRequest(string Method, string Target, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public string? Token => Header("Causal-Token");

    public string? IdempotencyKey => Header("Idempotency-Key");
}
