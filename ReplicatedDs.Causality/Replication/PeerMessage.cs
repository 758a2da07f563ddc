using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Replication;

/// <summary>
/// One message between replicas. Messages may be lost, doubled, delayed and reordered: the protocol copes. Acknowledgement is
/// cumulative and travels in <see cref="Heartbeat"/>.
/// </summary>
public abstract record PeerMessage;

/// <summary>
/// "I am here, and this is what I have delivered and made durable." Sent when something was delivered and at intervals.
/// </summary>
/// <param name="Delivered">The sender's durable delivered clock: it acknowledges updates and offers them for repair.</param>
/// <param name="Paused">The sender holds back its own updates for this receiver (lab): the receiver must not repair them elsewhere.</param>
/// <param name="Received">
/// The receiver's own updates up to this counter are here, delivered or still waiting. Not a promise: what waits is lost in a crash. It only spares
/// sending again what is there.
/// </param>
/// <param name="Stable">The sender's stable vector, sent only while there are guests: what it accepts of them by hand depends on that.</param>
public sealed record Heartbeat(VectorClock Delivered, bool Paused, long Received = 0, VectorClock? Stable = null) : PeerMessage
{
    /// <summary>The sender's clock on the wall, in milliseconds since the Unix epoch; 0 if it does not say.</summary>
    public long SentAtMs { get; init; }

    /// <summary>
    /// The sender has just started, and nobody has told it yet that its folder is no older copy: what it announces is no row of the stable vector, since it may
    /// have written more than it knows (R4, R9).
    /// </summary>
    public bool IsVerifying { get; init; }

    /// <summary>
    /// The running digests of the origins' updates up to <see cref="Delivered"/>, in the order of its entries, 0 where unknown (R10); empty in
    /// heartbeats that are sent for their acknowledgement alone.
    /// </summary>
    public ImmutableArray<ulong> Digests { get; init; } = [];
}

/// <summary>Updates of one origin with consecutive counters, as they arrive.</summary>
/// <param name="Origin">Whose updates they are.</param>
/// <param name="OriginIncarnation">Which process wrote them.</param>
/// <param name="Updates">In ascending order of counter.</param>
/// <param name="IsRepair">Whether they come from somebody else than their origin, on request.</param>
public sealed record UpdateBatch(ReplicaId Origin, Incarnation OriginIncarnation, ImmutableArray<Update> Updates, bool IsRepair) : PeerMessage;

/// <summary>Incoming only: updates of <paramref name="Origin"/> arrived and cannot be read, for the <paramref name="Reason"/> given in words.</summary>
public sealed record UnreadableBatch(ReplicaId Origin, Incarnation OriginIncarnation, string Reason) : PeerMessage;

/// <summary>
/// Outgoing only: "send the updates <paramref name="First"/> to <paramref name="Last"/> of <paramref name="Origin"/> from the log", as one
/// or more <see cref="UpdateBatch"/>. The core names ranges instead of holding updates in memory per peer.
/// </summary>
public sealed record UpdateRange(ReplicaId Origin, Incarnation OriginIncarnation, long First, long Last, bool IsRepair) : PeerMessage;

/// <summary>"Send me updates of <paramref name="Origin"/> from <paramref name="First"/> on, at most <paramref name="Count"/>."</summary>
public sealed record PullRequest(ReplicaId Origin, long First, int Count) : PeerMessage;

/// <summary>"My log no longer has the updates of <paramref name="Origin"/> up to <paramref name="Floor"/>": do not ask me for those.</summary>
public sealed record RangeCut(ReplicaId Origin, long Floor) : PeerMessage;

/// <summary>
/// Outgoing only: "fetch the whole state of that peer", answered by <see cref="Core.SnapshotArrived"/> or <see cref="Core.SnapshotFailed"/>.
/// </summary>
public sealed record SnapshotRequest : PeerMessage;
