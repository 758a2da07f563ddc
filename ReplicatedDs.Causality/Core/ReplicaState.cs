using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Idempotency;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Core;

/// <summary>
/// What a replica has made visible: one immutable root. Every read uses one root, so it sees one causal cut.
/// </summary>
/// <param name="Delivered">
/// The delivered clock D. Invariant: <c>Delivered[r] = n</c> implies that updates 1..n of r were applied here.
/// </param>
/// <param name="Keys">All keys.</param>
/// <param name="Members">The membership.</param>
/// <param name="Timestamp">The greatest timestamp applied.</param>
/// <param name="Heads">Per origin what is kept of its last delivered update.</param>
public sealed record ReplicaState(
    VectorClock Delivered,
    KeySpace Keys,
    MemberTable Members,
    HybridTimestamp Timestamp,
    ImmutableSortedDictionary<ReplicaId, StreamHead> Heads)
{
    /// <summary>The operation ids of updates applied.</summary>
    public OperationIds OperationIds { get; init; } = OperationIds.Empty;

    public static readonly ReplicaState Empty = new(
        VectorClock.Empty, KeySpace.Empty, MemberTable.Empty, default, ImmutableSortedDictionary<ReplicaId, StreamHead>.Empty);
}
