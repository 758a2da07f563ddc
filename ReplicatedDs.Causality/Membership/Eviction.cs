using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Membership;

/// <summary>How far the eviction of a member has come (R7).</summary>
/// <param name="IsForced">The operator accepts that there may be no majority of survivors.</param>
/// <param name="PromisedBy">Who has promised to take nothing more from it, each with the counter of its latest promise.</param>
public sealed record Eviction(bool IsForced, VectorClock PromisedBy);
