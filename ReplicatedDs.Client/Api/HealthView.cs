namespace ReplicatedDs.Client.Api;

/// <summary><c>GET /health</c> and <c>GET /alive</c> when they answer 200.</summary>
/// <param name="Status"><c>ready</c> or <c>alive</c>.</param>
/// <param name="Replica">The replica's id; <c>null</c> before it has one.</param>
public sealed record HealthView(string Status, int? Replica);
