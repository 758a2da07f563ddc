using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Forks;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Core;

/// <summary>
/// What must happen after a step, and in which order: first append <see cref="Append"/> in one piece, then publish
/// <see cref="State"/>, then send <see cref="Messages"/>, <see cref="Replies"/> and <see cref="Events"/> in any order.
/// If <see cref="IsPromise"/> is set, everything that was ever appended must be durable before any of that; otherwise the newest appends may still be lost
/// with the process or the machine, in the reverse of their order.
/// If <see cref="IsInstall"/> is set, make all of <see cref="State"/> durable in one piece in place of an append.
/// If any of it fails, call <see cref="ReplicaCore.Rollback"/> and release nothing of it.
/// </summary>
/// <remarks>In the manner of etcd/raft's Ready.</remarks>
public sealed class ReplicaOutput
{
    /// <summary>Updates delivered in this step, own writes included, in delivery order.</summary>
    public required ImmutableArray<Update> Append { get; init; }

    /// <summary>
    /// Something in it tells somebody that what is delivered here stays: an answer, an own update, an acknowledgement. What came from others is on the disks
    /// of their origins, and comes again if it is lost here before this replica has said that it has it.
    /// </summary>
    public required bool IsPromise { get; init; }

    /// <summary>The root to publish.</summary>
    public required ReplicaState State { get; init; }

    public required ImmutableArray<(object? Tag, RequestResult Result)> Replies { get; init; }

    public required ImmutableArray<(ReplicaId To, PeerMessage Message)> Messages { get; init; }

    /// <summary>What happened, in order; to be read before the next step.</summary>
    public required EventBatch Events { get; init; }

    /// <summary>Keys that <see cref="State"/> has otherwise than before without an update: what was forgotten of them is stable.</summary>
    public ImmutableArray<string> Collected { get; init; } = [];

    /// <summary>Keys that the updates of <see cref="Append"/> are the first to change since a state that was asked for.</summary>
    public KeyChanges Changes { get; init; }

    /// <summary>
    /// The state does not follow from the log: a peer's state was joined with this one's. <see cref="Append"/> is empty. The log goes on behind it, with
    /// a hole where updates were skipped.
    /// </summary>
    public bool IsInstall { get; init; }

    /// <summary>Origins that went into quarantine in this step: an operator should hear of each.</summary>
    public ImmutableArray<QuarantinedOrigin> Alarms { get; init; } = [];

    /// <summary>Every member has delivered what it covers: the log may forget that, once it is part of a checkpoint.</summary>
    public required VectorClock Stable { get; init; }

    /// <summary>When the core wants to be stepped next even if nothing happens, in monotonic microseconds.</summary>
    public required long NextStepAt { get; init; }

    /// <summary>This replica left, and enough others hold all of its updates: the process may end.</summary>
    public required bool MayExit { get; init; }

    /// <summary>
    /// This replica's admission was taken back by its sponsor, or it was declared dead with it before it was active: its data is void and it has to join anew under
    /// another id.
    /// </summary>
    public required bool MustRejoin { get; init; }

    /// <summary>
    /// This replica's data folder is an older copy of what it was: the id is spent, and it has to join anew under another one. What the folder holds,
    /// others hold too.
    /// </summary>
    public bool IsOlderCopy { get; init; }

    /// <summary>The cluster has evicted this replica: what it wrote and nobody else holds is given up there.</summary>
    public required bool IsEvicted { get; init; }
}
