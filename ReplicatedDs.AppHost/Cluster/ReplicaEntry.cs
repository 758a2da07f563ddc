namespace ReplicatedDs.AppHost.Cluster;

/// <summary>A replica or spare as cluster.json lists it.</summary>
internal sealed record ReplicaEntry(string Name, int? Id, int? Pid, string State, string Http, string Peer, string? Resp, string? Text);
