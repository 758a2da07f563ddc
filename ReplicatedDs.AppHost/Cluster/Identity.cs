namespace ReplicatedDs.AppHost.Cluster;

/// <summary>What of identity.json matters here: who lives in a slot.</summary>
internal sealed record Identity(string ClusterId, int Id);
