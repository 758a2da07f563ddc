namespace ReplicatedDs.Client.Api;

/// <summary><c>GET /pending/{dot}/why</c>: who holds each missing dot, and what is being done.</summary>
public sealed record PendingWhyView(string Dot, string Reason, IReadOnlyList<MissingDotView> Missing);
