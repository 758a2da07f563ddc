namespace ReplicatedDs.Cli.Clusters;

/// <summary>The AppHost's control API in <c>cluster.json</c>.</summary>
internal sealed record ControlDescription(string Url, string Token);
