using System.Collections.Immutable;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What is known of a resource at one moment.</summary>
public sealed record CustomResourceSnapshot
{
    public required ImmutableArray<ResourcePropertySnapshot> Properties { get; init; }

    public ResourceStateSnapshot? State { get; init; }

    /// <value>Null until a health check has answered; a running resource without checks is healthy.</value>
    public HealthStatus? HealthStatus { get; init; }

    /// <value>Set once the process has ended: 128 + n when signal n ended it.</value>
    public int? ExitCode { get; init; }
}
