using System.Buffers;
using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;
using ReplicatedDs.Causality.Wire;

namespace ReplicatedDs.Simulation.World;

/// <summary>Sends everything that leaves a process through the production codecs, into bytes and back.</summary>
internal static class Codecs
{
    private const string ClusterId = "000102030405060708090a0b0c0d0e0f";

    /// <summary>A row of the log.</summary>
    public static ImmutableArray<Update> RoundTrip(ImmutableArray<Update> updates)
    {
        var bytes = new ArrayBufferWriter<byte>();
        UpdateCodec.WriteBatch(bytes, updates.AsSpan());
        return UpdateCodec.ReadBatch(bytes.WrittenSpan);
    }

    /// <summary>A checkpoint: the header and each key by itself.</summary>
    public static ReplicaState Checkpoint(KeySpace last, ReplicaState state, IEnumerable<string> changed)
    {
        var keys = last.ToBuilder();
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var key in changed)
        {
            if (state.Keys.Find(key) is not { } value)
            {
                keys.Remove(key);
                continue;
            }

            bytes.ResetWrittenCount();
            StateCodec.WriteKey(bytes, value);
            keys.Set(key, StateCodec.ReadKey(bytes.WrittenSpan));
        }

        bytes.ResetWrittenCount();
        StateCodec.WriteHeader(bytes, state);
        return StateCodec.ReadHeader(bytes.WrittenSpan, keys.ToKeySpace());
    }

    /// <summary>A snapshot for a joiner.</summary>
    public static ReplicaState Snapshot(ReplicaState state)
    {
        // A memory stream never makes anybody wait: both complete before they return.
        using var stream = new MemoryStream();
        SnapshotCodec.WriteAsync(stream, state, CancellationToken.None).GetAwaiter().GetResult();
        stream.Position = 0;
        return SnapshotCodec.ReadAsync(stream, CancellationToken.None).GetAwaiter().GetResult();
    }

    public static PeerMessage RoundTrip(PeerMessage message, ReplicaId from, Incarnation incarnation, ReplicaId to)
    {
        var bytes = new ArrayBufferWriter<byte>();
        EnvelopeCodec.Write(bytes, new PeerEnvelope(ClusterId, from, incarnation, to, Boot: 1, Process: 1, [message]));
        return EnvelopeCodec.Read(bytes.WrittenSpan).Messages[0];
    }
}
