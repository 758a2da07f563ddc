using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Replication;

/// <summary>The link from this replica to one peer as it is now.</summary>
/// <param name="Peer">The receiving end.</param>
/// <param name="Fault">The lab fault on it.</param>
/// <param name="ExpiresAtUnixMs">When the fault heals by itself; <c>null</c> without a fault.</param>
/// <param name="Queued">How many of this replica's own updates were not sent on it yet.</param>
/// <param name="Unacknowledged">How many of them the peer has not confirmed as durable.</param>
/// <param name="Delivered">The delivered clock that the peer last announced; <c>null</c> if none yet.</param>
/// <param name="LastHeardMs">How long ago anything came from the peer; <c>null</c> if never.</param>
/// <param name="IsPaused">Whether the peer says that it holds back its own updates for this replica.</param>
public sealed record LinkStatus(
    ReplicaId Peer, LinkFault Fault, long? ExpiresAtUnixMs, long Queued, long Unacknowledged, VectorClock? Delivered, long? LastHeardMs, bool IsPaused);
