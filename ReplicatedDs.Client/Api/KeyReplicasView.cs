namespace ReplicatedDs.Client.Api;

/// <summary><c>GET /kv/{key}/replicas</c> (Find): what every member holds for a key.</summary>
public sealed record KeyReplicasView(string Key, IReadOnlyList<KeyReplicaView> Replicas);
