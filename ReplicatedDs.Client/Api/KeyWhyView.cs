namespace ReplicatedDs.Client.Api;

/// <summary><c>GET /kv/{key}/why</c>: where the value that a read shows comes from.</summary>
/// <param name="Type">What a read shows: <c>register</c>, <c>counter</c>, <c>set</c> or <c>absent</c>.</param>
/// <param name="Winner">The version that decides.</param>
/// <param name="Others">The versions beside it, the greatest first: siblings, or what a counter or set is made of.</param>
/// <param name="AppliedBy">Which members have the winner, as far as this replica has heard.</param>
/// <param name="Stable">Every member has the winner.</param>
public sealed record KeyWhyView(
    string Key, string Type, VersionWhyView Winner, IReadOnlyList<VersionWhyView> Others, IReadOnlyList<AppliedByView> AppliedBy, bool Stable);
