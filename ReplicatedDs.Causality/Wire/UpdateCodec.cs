using System.Buffers;
using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Wire;

/// <summary>
/// A batch of updates as it stands in the log and travels between replicas. An origin's first update in a batch is absolute, later ones
/// are deltas against its previous one in the same batch: so a batch can be read without anything else, and any holder may write it.
/// </summary>
/// <remarks>
/// Layout: version, number of updates, then for each: <c>flags</c>, origin?, counter?, timestamp (difference to the update before it),
/// dependencies, trace?, operation id?, number of operations?, operations.
/// </remarks>
public static class UpdateCodec
{
    private const byte Version = 1;

    /// <summary>Flags, timestamp, kind of operation, replica: the smallest update (the count of a batch is checked against it).</summary>
    private const int UpdateBytesMin = 4;

    /// <exception cref="ArgumentException">An update is beyond <see cref="WireLimits"/> or contradicts itself.</exception>
    public static void WriteBatch(IBufferWriter<byte> target, ReadOnlySpan<Update> updates)
    {
        ArgumentNullException.ThrowIfNull(target);
        target.WriteByte(Version);
        target.WriteCount(updates.Length, WireLimits.BatchUpdatesMax, "updates in a batch");
        var dependencies = new DependencyCodec();
        var previousOf = new Dictionary<int, Update>();
        Update? before = null;
        foreach (var update in updates)
        {
            Write(target, update, before, previousOf.GetValueOrDefault(update.Origin.Value), dependencies);
            previousOf[update.Origin.Value] = before = update;
        }
    }

    /// <exception cref="WireFormatException">The bytes are not exactly one batch.</exception>
    public static ImmutableArray<Update> ReadBatch(ReadOnlySpan<byte> source)
    {
        var reader = new WireReader(source);
        var updates = ReadBatch(ref reader);
        reader.ExpectEnd("update batch");
        return updates;
    }

    internal static ImmutableArray<Update> ReadBatch(ref WireReader reader)
    {
        reader.ExpectVersion(Version, "update batch");
        var count = reader.ReadCount(WireLimits.BatchUpdatesMax, UpdateBytesMin, "updates");
        var updates = ImmutableArray.CreateBuilder<Update>(count);
        var dependencies = new DependencyCodec();
        var previousOf = new Dictionary<int, Update>();
        Update? before = null;
        for (var i = 0; i < count; i++)
        {
            before = Read(ref reader, before, previousOf, dependencies);
            previousOf[before.Origin.Value] = before;
            updates.Add(before);
        }

        return updates.MoveToImmutable();
    }

    private static void Write(IBufferWriter<byte> target, Update update, Update? before, Update? previous, DependencyCodec dependencies)
    {
        var (origin, counter) = update.Dot;
        if (counter < 1 || update.Dependencies[origin] != counter - 1)
        {
            throw new ArgumentException($"The dependencies of {update.Dot} count {update.Dependencies[origin]} updates of its own replica.");
        }

        if (update.Operations.IsDefaultOrEmpty)
        {
            throw new ArgumentException($"{update.Dot} has no operations.");
        }

        var form = dependencies.Choose(previous?.Dependencies, update.Dependencies, origin);
        var flags = (UpdateFlags)form
            | (before?.Origin == origin ? UpdateFlags.None : UpdateFlags.Origin)
            | (previous is not null && previous.Dot.Counter == counter - 1 ? UpdateFlags.None : UpdateFlags.Counter)
            | (update.Trace is null ? UpdateFlags.None : UpdateFlags.Trace)
            | (update.OperationId is null ? UpdateFlags.None : UpdateFlags.OperationId)
            | (update.Operations.Length == 1 ? UpdateFlags.None : UpdateFlags.OperationCount);
        target.WriteByte((byte)flags);
        if (flags.Has(UpdateFlags.Origin))
        {
            target.WriteReplica(origin);
        }

        if (flags.Has(UpdateFlags.Counter))
        {
            target.WriteCounter(counter);
        }

        target.WriteSigned(unchecked(update.Timestamp.Packed - (before?.Timestamp.Packed ?? 0)));
        dependencies.Write(target, form, update.Dependencies, origin);
        if (update.Trace is { } trace)
        {
            target.WriteUInt128(trace.TraceId);
            target.WriteUInt64(trace.SpanId);
            target.WriteByte(trace.Flags);
        }

        if (update.OperationId is not null)
        {
            target.WriteText(update.OperationId, WireLimits.TextBytesMax, "operation id");
        }

        if (flags.Has(UpdateFlags.OperationCount))
        {
            target.WriteCount(update.Operations.Length, WireLimits.OperationsMax, "operations of an update");
        }

        foreach (var operation in update.Operations)
        {
            OperationCodec.Write(target, operation);
        }
    }

    private static Update Read(ref WireReader reader, Update? before, Dictionary<int, Update> previousOf, DependencyCodec dependencies)
    {
        var bits = reader.ReadByte();
        var flags = (UpdateFlags)bits;
        if (flags.Has(UpdateFlags.Reserved))
        {
            throw new WireFormatException("An update has flags that are unknown to this program; it may come from a newer one.");
        }

        var origin = flags.Has(UpdateFlags.Origin) ? reader.ReadReplica()
            : before?.Origin ?? throw new WireFormatException("The first update of a batch does not name its replica.");
        var previous = previousOf.GetValueOrDefault(origin.Value);
        var counter = flags.Has(UpdateFlags.Counter) ? reader.ReadCounter()
            : previous is { Dot.Counter: < long.MaxValue } ? previous.Dot.Counter + 1
            : throw new WireFormatException($"An update of replica {origin} does not say which it is.");
        var dot = new Dot(origin, counter);
        var timestamp = new HybridTimestamp(unchecked((before?.Timestamp.Packed ?? 0) + reader.ReadSigned()));
        var form = (DependencyForm)(flags & UpdateFlags.DependencyFormMask);
        var clock = dependencies.Read(ref reader, form, previous?.Dependencies, dot);
        TraceContext? trace = flags.Has(UpdateFlags.Trace)
            ? new TraceContext(reader.ReadUInt128(), reader.ReadUInt64(), reader.ReadByte())
            : null;
        var operationId = flags.Has(UpdateFlags.OperationId) ? reader.ReadText(WireLimits.TextBytesMax, "operation id") : null;
        var count = flags.Has(UpdateFlags.OperationCount) ? reader.ReadCount(WireLimits.OperationsMax, 2, "operations") : 1;
        if (count == 0)
        {
            throw new WireFormatException($"{dot} has no operations.");
        }

        var operations = ImmutableArray.CreateBuilder<Operation>(count);
        for (var i = 0; i < count; i++)
        {
            operations.Add(OperationCodec.Read(ref reader));
        }

        return new Update(dot, clock, timestamp, operations.MoveToImmutable(), trace, operationId);
    }
}
