using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Updates;

/// <summary>
/// The unit of replication: what one replica changed under one increment of its clock. Immutable, and the same at every replica.
/// </summary>
/// <param name="Dot">Its name.</param>
/// <param name="Dependencies">
/// What its origin had delivered when it accepted the write. The origin's own entry is <c>Dot.Counter - 1</c>
/// (absent when that is 0).
/// </param>
/// <param name="Timestamp">Later than everything that its origin had seen; decides between concurrent writes.</param>
/// <param name="Operations">At least one; applied in order, visible together.</param>
/// <param name="Trace">The trace that the write belongs to, if any.</param>
/// <param name="OperationId">The client's idempotency key, if any.</param>
public sealed record Update(
    Dot Dot,
    VectorClock Dependencies,
    HybridTimestamp Timestamp,
    ImmutableArray<Operation> Operations,
    TraceContext? Trace = null,
    string? OperationId = null)
{
    public ReplicaId Origin => Dot.Replica;

    /// <summary>The dependencies with the update's own dot: everything that is known where it is applied.</summary>
    public VectorClock Clock => Dependencies.With(Dot);

    /// <summary>The keys it changes, in the order of its operations, each once.</summary>
    public IEnumerable<string> Keys => Operations.OfType<KeyOperation>().Select(operation => operation.Key).Distinct();
}
