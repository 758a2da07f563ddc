namespace ReplicatedDs.Client.Api;

/// <summary><c>GET /pending</c>: the delivery buffer.</summary>
/// <param name="Count">How many updates wait.</param>
/// <param name="Updates">The first of them, by origin and counter; the query says how many at most.</param>
public sealed record PendingView(int Replica, int Count, IReadOnlyList<PendingUpdateView> Updates);
