namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>The control API in <c>cluster.json</c>.</summary>
internal sealed record ControlDescription(string Url, string Token);
