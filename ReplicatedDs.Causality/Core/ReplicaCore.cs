using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Delivery;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Core;

/// <summary>
/// One replica as a state machine: inputs in, one ordered batch of effects out. It owns delivery, replication, membership and
/// stability; it does no I/O and knows no clock but the <see cref="Instant"/> that each step is given. Not thread-safe: one owner steps it.
/// </summary>
public sealed partial class ReplicaCore
{
    /// <summary>Starts from a recovered state.</summary>
    /// <param name="settings">Who this is; <paramref name="state"/> must know the id under the same incarnation.</param>
    /// <param name="state">What <see cref="Replay"/> or a snapshot gave.</param>
    /// <param name="now">The time of the start.</param>
    public ReplicaCore(ReplicaSettings settings, ReplicaState state, Instant now) => throw new NotImplementedException();

    /// <summary>The state after the last step.</summary>
    public ReplicaState State => throw new NotImplementedException();

    /// <summary>The entry-wise minimum of the delivered clocks of all admitted, undeparted members, as far as known here (R4).</summary>
    public VectorClock Stable => throw new NotImplementedException();

    /// <summary>Takes the inputs in order and says what must happen. An empty batch lets time pass.</summary>
    public ReplicaOutput Step(ReadOnlySpan<ReplicaInput> inputs, Instant now) => throw new NotImplementedException();

    /// <summary>Undoes the last step after its append failed: the state is again what it was, nothing of its output may be used.</summary>
    public void Rollback() => throw new NotImplementedException();

    /// <summary>The delivery buffer, by origin and counter.</summary>
    public ImmutableArray<PendingUpdate> Pending() => throw new NotImplementedException();

    /// <summary>The links to all undeparted members, by id.</summary>
    public ImmutableArray<LinkStatus> Links(Instant now) => throw new NotImplementedException();

    /// <summary>The update that founds a cluster: it admits and activates its author. It is the first in an empty log.</summary>
    public static Update Found(AdmitOperation founder, Instant now) => throw new NotImplementedException();

    /// <summary>Recovery: the state of a checkpoint with the log behind it applied. Updates that the checkpoint covers are skipped.</summary>
    /// <exception cref="InvalidOperationException">The log has a hole or is out of causal order.</exception>
    public static ReplicaState Replay(ReplicaState checkpoint, IEnumerable<Update> log) => throw new NotImplementedException();
}
