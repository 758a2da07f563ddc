namespace Aspire.Hosting.Engine;

/// <summary>An endpoint; <c>EnvironmentVariable</c> names what tells the process its port, null: nothing does.</summary>
internal sealed record EndpointDefinition(string Name, string Scheme, int? Port, string? EnvironmentVariable)
{
    /// <value>Invariant: once set it never changes, also over restarts.</value>
    public int? AllocatedPort { get; set; }
}
