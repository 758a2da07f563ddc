using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Replication;

namespace ReplicatedDs.Causality.Wire;

/// <summary>A <see cref="PeerEnvelope"/> in bytes: version, addresses, process, number of messages, then each with its kind.</summary>
public static class EnvelopeCodec
{
    private const byte Version = 1;

    /// <exception cref="ArgumentException">
    /// It is beyond <see cref="WireLimits"/>, or has a message that does not travel, such as <see cref="UpdateRange"/>: the sender
    /// turns ranges into batches.
    /// </exception>
    public static void Write(IBufferWriter<byte> target, PeerEnvelope envelope)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(envelope);
        if (envelope.ClusterId.Length != 32
            || !UInt128.TryParse(envelope.ClusterId, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var clusterId))
        {
            throw new ArgumentException("A cluster id is 32 hexadecimal digits.", nameof(envelope));
        }

        target.WriteByte(Version);
        target.WriteUInt128(clusterId);
        target.WriteReplica(envelope.From);
        target.WriteUInt128(envelope.FromIncarnation.Value);
        target.WriteReplica(envelope.To);
        target.WriteCounter(envelope.Boot, least: 0);
        target.WriteUInt64(envelope.Process);
        target.WriteCount(envelope.Messages.Length, WireLimits.MessagesMax, "messages");
        foreach (var message in envelope.Messages)
        {
            WriteMessage(target, message);
        }
    }

    /// <returns>If updates in it cannot be read, an <see cref="UnreadableBatch"/> is the last message, whatever follows it in the bytes.</returns>
    /// <exception cref="WireFormatException">The bytes are not exactly one envelope.</exception>
    public static PeerEnvelope Read(ReadOnlySpan<byte> source)
    {
        var reader = new WireReader(source);
        reader.ExpectVersion(Version, "peer envelope");
        var clusterId = reader.ReadUInt128().ToString("x32", CultureInfo.InvariantCulture);
        var from = reader.ReadReplica();
        var incarnation = new Incarnation(reader.ReadUInt128());
        var to = reader.ReadReplica();
        var boot = reader.ReadCounter(least: 0);
        var process = reader.ReadUInt64();
        var count = reader.ReadCount(WireLimits.MessagesMax, 2, "messages");
        var messages = ImmutableArray.CreateBuilder<PeerMessage>(count);
        for (var i = 0; i < count; i++)
        {
            messages.Add(ReadMessage(ref reader));
            if (messages[^1] is UnreadableBatch)
            {
                return new PeerEnvelope(clusterId, from, incarnation, to, boot, process, messages.ToImmutable()); // nobody knows where the next one begins
            }
        }

        reader.ExpectEnd("peer envelope");
        return new PeerEnvelope(clusterId, from, incarnation, to, boot, process, messages.MoveToImmutable());
    }

    private static void WriteMessage(IBufferWriter<byte> target, PeerMessage message)
    {
        switch (message)
        {
            case Heartbeat heartbeat:
                target.WriteByte((byte)MessageKind.Heartbeat);
                target.WriteBool(heartbeat.Paused);
                target.WriteClock(heartbeat.Delivered);
                target.WriteCounter(heartbeat.Received, least: 0);
                target.WriteSigned(heartbeat.SentAtMs);
                target.WriteBool(heartbeat.IsVerifying);
                target.WriteBool(heartbeat.Stable is not null);
                if (heartbeat.Stable is { } stable)
                {
                    target.WriteClock(stable);
                }

                target.WriteBool(!heartbeat.Digests.IsEmpty);
                foreach (var digest in heartbeat.Digests)
                {
                    target.WriteUInt64(digest);
                }

                break;
            case UpdateBatch batch:
                if (Fault(batch) is { } fault)
                {
                    throw new ArgumentException(fault, nameof(message));
                }

                target.WriteByte((byte)MessageKind.UpdateBatch);
                target.WriteBool(batch.IsRepair);
                target.WriteReplica(batch.Origin);
                target.WriteUInt128(batch.OriginIncarnation.Value);
                UpdateCodec.WriteBatch(target, batch.Updates.AsSpan());
                break;
            case PullRequest pull:
                target.WriteByte((byte)MessageKind.PullRequest);
                target.WriteReplica(pull.Origin);
                target.WriteCounter(pull.First);
                target.WriteCounter(pull.Count, least: 0);
                break;
            case RangeCut cut:
                target.WriteByte((byte)MessageKind.RangeCut);
                target.WriteReplica(cut.Origin);
                target.WriteCounter(cut.Floor);
                break;
            default:
                throw new ArgumentException($"A {message.GetType().Name} does not travel.", nameof(message));
        }
    }

    private static PeerMessage ReadMessage(ref WireReader reader)
    {
        var kind = reader.ReadByte();
        switch ((MessageKind)kind)
        {
            case MessageKind.Heartbeat:
                var isPaused = reader.ReadBool("paused");
                var (delivered, received, sentAt) = (reader.ReadClock(), reader.ReadCounter(0), reader.ReadSigned());
                var isVerifying = reader.ReadBool("verifying");
                var stable = reader.ReadBool("stable vector") ? reader.ReadClock() : null;
                return new Heartbeat(delivered, isPaused, received, stable)
                {
                    SentAtMs = sentAt,
                    IsVerifying = isVerifying,
                    Digests = ReadDigests(ref reader, delivered.Count),
                };
            case MessageKind.UpdateBatch:
                var isRepair = reader.ReadBool("repair");
                var origin = reader.ReadReplica();
                var incarnation = new Incarnation(reader.ReadUInt128());
                return ReadBatch(ref reader, origin, incarnation, isRepair);
            case MessageKind.PullRequest:
                return new PullRequest(reader.ReadReplica(), reader.ReadCounter(), (int)reader.ReadCounter(0, int.MaxValue));
            case MessageKind.RangeCut:
                return new RangeCut(reader.ReadReplica(), reader.ReadCounter());
            default:
                throw new WireFormatException($"Message kind {kind} is unknown to this program; it may come from a newer one.");
        }
    }

    /// <summary>Updates that cannot be read are a message too: their origin waits for better ones, and the stream around them goes on.</summary>
    private static PeerMessage ReadBatch(ref WireReader reader, ReplicaId origin, Incarnation incarnation, bool isRepair)
    {
        try
        {
            var batch = new UpdateBatch(origin, incarnation, UpdateCodec.ReadBatch(ref reader), isRepair);
            return Fault(batch) is { } fault ? new UnreadableBatch(origin, incarnation, fault) : batch;
        }
        catch (WireFormatException unreadable)
        {
            return new UnreadableBatch(origin, incarnation, unreadable.Message);
        }
    }

    private static ImmutableArray<ulong> ReadDigests(ref WireReader reader, int count)
    {
        if (!reader.ReadBool("digests"))
        {
            return [];
        }

        if (reader.Remaining < count * sizeof(ulong))
        {
            throw new WireFormatException("The digests of a heartbeat are cut off.");
        }

        var digests = ImmutableArray.CreateBuilder<ulong>(count);
        for (var i = 0; i < count; i++)
        {
            digests.Add(reader.ReadUInt64());
        }

        return digests.MoveToImmutable();
    }

    /// <summary>What is wrong with a batch that should have consecutive updates of one origin.</summary>
    private static string? Fault(UpdateBatch batch)
    {
        var updates = batch.Updates;
        for (var i = 0; i < updates.Length; i++)
        {
            var expected = new Dot(batch.Origin, updates[0].Dot.Counter + i);
            if (updates[i].Dot != expected)
            {
                return $"A batch of replica {batch.Origin} has {updates[i].Dot} where {expected} should be.";
            }
        }

        return null;
    }
}
