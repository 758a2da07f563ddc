using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Forks;

/// <summary>An origin whose updates this replica cannot take at present. It holds up only what depends on them.</summary>
/// <param name="Origin">Whose updates they are.</param>
/// <param name="From">Who sent them, or announced other ones.</param>
/// <param name="Reason">In words, for an operator.</param>
/// <param name="Since">When it was first noticed.</param>
/// <param name="Times">How often since.</param>
/// <param name="IsFork">
/// Whether two updates have one name (R10): that does not mend itself. Otherwise the next update of the origin that can be read ends it.
/// </param>
public sealed record QuarantinedOrigin(ReplicaId Origin, ReplicaId From, string Reason, Instant Since, long Times, bool IsFork);
