namespace ReplicatedDs.AppHost.Cluster;

internal sealed record ControlEntry(string Url, string Token);
