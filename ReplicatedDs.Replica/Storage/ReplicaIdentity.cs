using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Replica.Storage;

/// <summary>Who a data folder belongs to, kept in its <c>identity.json</c>.</summary>
/// <param name="ClusterId">32 hexadecimal digits, drawn by the founder.</param>
public sealed record ReplicaIdentity(string ClusterId, ReplicaId Id, Incarnation Incarnation);
