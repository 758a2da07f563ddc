using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>What <c>cluster.json</c> says.</summary>
internal sealed record ClusterDescription(
    string ClusterId, string ClusterKey, string? Dashboard, ControlDescription Control, string? Redis, IReadOnlyList<ResourceView> Replicas);
