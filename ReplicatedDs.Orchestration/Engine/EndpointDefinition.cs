namespace Aspire.Hosting.Engine;

internal sealed class EndpointDefinition(string name, string scheme, int? port, string? environmentVariable)
{
    public string Name { get; } = name;

    public string Scheme { get; } = scheme;

    public int? Port { get; } = port;

    /// <value>The variable that tells the process its port; null: none.</value>
    public string? EnvironmentVariable { get; } = environmentVariable;

    /// <value>Invariant: once set it never changes, also over restarts.</value>
    public int? AllocatedPort { get; set; }
}
