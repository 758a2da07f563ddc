namespace ReplicatedDs.Dashboard.Configuration;

/// <summary>One slot of the cluster, a replica or a spare: its name and where clients reach it when it runs.</summary>
public sealed record ReplicaSlot(string Name, Uri Address);
