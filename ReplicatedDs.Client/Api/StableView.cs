namespace ReplicatedDs.Client.Api;

/// <summary><c>GET /stable</c>: what every member has applied, as far as this replica knows.</summary>
/// <param name="HeldBackBy">The members that alone are behind all others in some entry.</param>
public sealed record StableView(IReadOnlyDictionary<string, long> Stable, IReadOnlyList<HeldBackView> HeldBackBy);
