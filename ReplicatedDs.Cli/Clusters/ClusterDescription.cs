using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Cli.Clusters;

/// <summary>What <c>cluster.json</c> says, as far as <c>rds</c> needs it.</summary>
internal sealed record ClusterDescription(
    string? ClusterId, string? ClusterKey, string? Dashboard, ControlDescription? Control, string? Redis, IReadOnlyList<ResourceView> Replicas);
