using ReplicatedDs.Causality.Core;

namespace ReplicatedDs.Replica.Telemetry;

/// <summary>An event with this replica's sequence number and the time at which it happened.</summary>
public readonly record struct StampedEvent(long N, long UnixMicroseconds, ReplicaEvent Event);
