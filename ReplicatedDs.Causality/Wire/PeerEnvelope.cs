using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Replication;

namespace ReplicatedDs.Causality.Wire;

/// <summary>What one replica sends to another in one piece.</summary>
/// <param name="ClusterId">32 hexadecimal digits.</param>
/// <param name="From">The sender.</param>
/// <param name="FromIncarnation">Which process it is.</param>
/// <param name="To">The receiver that is meant; another one refuses.</param>
/// <param name="Boot">How often the sender's folder was opened (R9).</param>
/// <param name="Process">Drawn by the sender's process when it started: two that opened copies of one folder differ in it.</param>
/// <param name="Messages">In the order in which they were made.</param>
public sealed record PeerEnvelope(
    string ClusterId,
    ReplicaId From,
    Incarnation FromIncarnation,
    ReplicaId To,
    long Boot,
    ulong Process,
    ImmutableArray<PeerMessage> Messages);
