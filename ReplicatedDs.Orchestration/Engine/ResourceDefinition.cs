namespace Aspire.Hosting.Engine;

/// <summary>Everything that the builder's methods say about one resource. Callbacks run anew at each start.</summary>
internal sealed class ResourceDefinition
{
    public List<EndpointDefinition> Endpoints { get; } = [];

    public List<Action<EnvironmentCallbackContext>> Environment { get; } = [];

    public List<Action<CommandLineArgsCallbackContext>> Arguments { get; } = [];

    public List<IResource> WaitsFor { get; } = [];

    public HashSet<string> HealthChecks { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Func<ExecuteCommandContext, Task<ExecuteCommandResult>>> Commands { get; } = new(StringComparer.Ordinal);

    public bool ExplicitStart { get; set; }

    public IProjectMetadata? Project { get; set; }
}
