using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Core;

/// <summary>Something that happened to a replica. <see cref="ReplicaCore.Step"/> takes them in order.</summary>
public abstract record ReplicaInput;

/// <summary>An input that is answered: the reply in <see cref="ReplicaOutput.Replies"/> carries the same <paramref name="Tag"/>.</summary>
public abstract record Request(object? Tag) : ReplicaInput;

/// <summary>A client's write. All conditions are checked against this replica's state at the moment of the step (Modify).</summary>
public sealed record WriteRequest(
    object? Tag,
    ImmutableArray<KeyOperation> Operations,
    ImmutableArray<WriteCondition> Conditions,
    TraceContext? Trace = null,
    string? OperationId = null) : Request(Tag);

/// <summary>A message of a peer arrived.</summary>
public sealed record MessageArrived(ReplicaId From, Incarnation Incarnation, PeerMessage Message) : ReplicaInput;

/// <summary>A message to a peer could not be sent (refused, timed out); nothing is known of what arrived.</summary>
public sealed record SendFailed(ReplicaId Peer) : ReplicaInput;

/// <summary>
/// The state of a peer, as a <see cref="SnapshotRequest"/> asked for. It must be the only input of its step: its output replaces what is stored
/// (<see cref="ReplicaOutput.IsInstall"/>).
/// </summary>
public sealed record SnapshotArrived(ReplicaId From, ReplicaState State) : ReplicaInput;

/// <summary>A <see cref="SnapshotRequest"/> came to nothing.</summary>
public sealed record SnapshotFailed(ReplicaId From) : ReplicaInput;

/// <summary>A joiner asks this replica to sponsor it.</summary>
public sealed record JoinRequest(object? Tag, AdmitOperation Admit) : Request(Tag);

/// <summary>The operator wants this replica to leave for ever.</summary>
public sealed record LeaveRequest(object? Tag) : Request(Tag);

/// <summary>
/// An active member says that everybody has all updates of this replica, which has left (<see cref="ReplicaCore.HasEverybody"/>). It may be one that this
/// replica has never heard of, when all that it knew have left too.
/// </summary>
public sealed record LeaveConfirmed : ReplicaInput;

/// <summary>
/// The operator declares a member dead, irrevocably (R7). What the dead member wrote and no survivor holds is given up.
/// </summary>
/// <param name="IsForced">Also where the survivors are no majority.</param>
public sealed record EvictRequest(object? Tag, ReplicaId Id, bool IsForced) : Request(Tag);

/// <summary>A peer told this replica that the cluster has evicted it.</summary>
public sealed record EvictionLearnt(ReplicaId From) : ReplicaInput;

/// <summary>
/// A peer refuses this replica because another process speaks under its id (R9): one that was here before (<paramref name="IsSuperseded"/> false), or one that
/// took over while this one was silent.
/// </summary>
public sealed record TwinLearnt(ReplicaId From, bool IsSuperseded) : ReplicaInput;

/// <summary>Lab: admit a sender of hand-delivered updates under an id that the allocator gave.</summary>
public sealed record GuestRequest(object? Tag, ReplicaId Id) : Request(Tag);

/// <summary>
/// Lab: somebody delivers an update by hand. The caller has checked that an update of a member is the real one (fetched from a holder);
/// the core checks those of guests.
/// </summary>
public sealed record HandDelivery(object? Tag, Update Update) : Request(Tag);

/// <summary>Lab: set the fault on the link to <paramref name="Peer"/> (<see cref="LinkFault.None"/> heals it).</summary>
public sealed record SetLinkRequest(object? Tag, ReplicaId Peer, LinkFault Fault) : Request(Tag);

/// <summary>Lab: let <paramref name="Count"/> held updates pass on the link to <paramref name="Peer"/>.</summary>
public sealed record ReleaseLinkRequest(object? Tag, ReplicaId Peer, int Count) : Request(Tag);

/// <summary>Lab: heal every link.</summary>
public sealed record HealLinksRequest(object? Tag) : Request(Tag);
