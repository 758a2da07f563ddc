namespace ReplicatedDs.Cluster.Tests.Traffic.Doors;

/// <summary>An error reply, without its dash.</summary>
internal sealed record RespError(string Text);
