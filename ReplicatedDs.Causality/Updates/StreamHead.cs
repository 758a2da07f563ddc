using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Updates;

/// <summary>What is kept of the last delivered update of an origin.</summary>
/// <param name="Dependencies">Its dependencies: the base for the next delta.</param>
/// <param name="Digest">The running digest of the origin's updates up to it (R10); 0 if some of them were delivered before there were digests.</param>
public readonly record struct StreamHead(VectorClock Dependencies, ulong Digest);
