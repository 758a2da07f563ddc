namespace ReplicatedDs.Cluster.Tests.Soaking;

/// <summary>What one replica took of the machine at a moment.</summary>
/// <param name="At">Since the load began.</param>
/// <param name="HeapBytes">Managed memory after the last collection.</param>
/// <param name="DiskBytes">Its data folder.</param>
internal sealed record Sample(TimeSpan At, string Replica, int Pid, long ResidentBytes, long HeapBytes, int Handles, int Threads, long DiskBytes);
