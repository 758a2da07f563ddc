namespace ReplicatedDs.Client.Api;

/// <summary><c>GET /pending</c>: the delivery buffer.</summary>
public sealed record PendingView(int Replica, int Count, IReadOnlyList<PendingUpdateView> Updates);
