namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>A write that a replica answered with 200.</summary>
internal sealed record AcknowledgedWrite(string Key, string Value, string Dot);
