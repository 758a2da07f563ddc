namespace ReplicatedDs.Client.Api;

/// <summary>What one member holds for a key.</summary>
/// <param name="State"><c>present</c>, <c>absent</c> or <c>unreachable</c>.</param>
/// <param name="Digest">SHA-256 of the winner's bytes, hexadecimal; <c>null</c> unless present.</param>
public sealed record KeyReplicaView(int Replica, string Name, string State, string? Dot, string? Digest, int Siblings);
