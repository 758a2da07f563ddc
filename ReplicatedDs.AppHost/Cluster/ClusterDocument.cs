namespace ReplicatedDs.AppHost.Cluster;

/// <summary>The content of cluster.json: all that a client or operator on this machine needs.</summary>
internal sealed record ClusterDocument(
    string? ClusterId, string ClusterKey, string? Dashboard, ControlEntry Control, string? Redis, IReadOnlyList<ReplicaEntry> Replicas);
