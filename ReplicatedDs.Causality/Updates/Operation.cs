using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Updates;

/// <summary>One effect of an update. All operations of an update become visible together.</summary>
public abstract record Operation;

/// <summary>An operation on one key.</summary>
public abstract record KeyOperation(string Key) : Operation;

/// <summary>Writes a register: supersedes every version of the key that the update's dependencies cover.</summary>
/// <param name="Key">1 to 1024 bytes of UTF-8.</param>
/// <param name="Value">The bytes; never changed after the operation is made.</param>
/// <param name="ContentType">As given by the writer; <c>null</c> if none.</param>
public sealed record SetOperation(string Key, ReadOnlyMemory<byte> Value, string? ContentType) : KeyOperation(Key);

/// <summary>Deletes a key: leaves a tombstone that competes by timestamp and id like a write.</summary>
public sealed record DeleteOperation(string Key) : KeyOperation(Key);

/// <summary>Adds to a counter. It counts on from an integer that was set; a set or delete supersedes the increments in its causal past.</summary>
/// <param name="By">May be negative.</param>
public sealed record IncrementOperation(string Key, long By) : KeyOperation(Key);

/// <summary>Adds a member to a set. A member that is added while another replica removes it stays.</summary>
/// <param name="Member">1 to 1024 bytes of UTF-8.</param>
public sealed record AddOperation(string Key, string Member) : KeyOperation(Key);

/// <summary>Removes a member from a set: takes back the additions in its causal past.</summary>
public sealed record RemoveOperation(string Key, string Member) : KeyOperation(Key);

/// <summary>A change of the membership. Membership is data: it travels in its author's stream, so causal delivery orders it (R1).</summary>
public abstract record MembershipOperation(ReplicaId Replica) : Operation;

/// <summary>The author sponsors <paramref name="Replica"/>, which may take a snapshot from now on but not write.</summary>
/// <param name="Name">The name of its slot, such as <c>replica-4</c>.</param>
/// <param name="HttpAddress">Where clients reach it.</param>
/// <param name="PeerAddress">Where replicas reach it.</param>
public sealed record AdmitOperation(ReplicaId Replica, Incarnation Incarnation, string Name, string HttpAddress, string PeerAddress)
    : MembershipOperation(Replica);

/// <summary>The sponsor saw that the joiner holds a snapshot: from here on it may write.</summary>
public sealed record ActivateOperation(ReplicaId Replica) : MembershipOperation(Replica);

/// <summary>The sponsor gives up on a joiner that it admitted; that id is spent.</summary>
public sealed record AbortOperation(ReplicaId Replica) : MembershipOperation(Replica);

/// <summary>The author leaves: this update is its last.</summary>
public sealed record LeaveOperation(ReplicaId Replica) : MembershipOperation(Replica);

/// <summary>
/// An operator says that <paramref name="Replica"/> is dead and will not come back (R7). Irrevocable: delivering it fences that replica off.
/// </summary>
/// <param name="IsForced">The operator also takes responsibility for there being no majority of survivors.</param>
public sealed record IntentOperation(ReplicaId Replica, bool IsForced) : MembershipOperation(Replica);

/// <summary>The author takes nothing more from <paramref name="Replica"/> and has passed on what it holds of it (R7).</summary>
public sealed record PromiseOperation(ReplicaId Replica) : MembershipOperation(Replica);

/// <summary>
/// Everybody has the last update of <paramref name="Replica"/>, which has departed: from here on its id is left out of clocks (R8).
/// </summary>
public sealed record RetireOperation(ReplicaId Replica) : MembershipOperation(Replica);

/// <summary>
/// Admits a sender for hand-delivered updates (lab): it has no process and no row in the stable vector.
/// </summary>
public sealed record GuestOperation(ReplicaId Replica) : MembershipOperation(Replica);
