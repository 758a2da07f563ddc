using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;

namespace ReplicatedDs.Replica.Telemetry;

/// <summary>Takes in what the core reports: the event feed, the counters and the spans. The recorder is the loop; readers are many.</summary>
public sealed class NodeTelemetry
{
    private long _writes;
    private long _applied;
    private long _buffered;
    private long _prevented;
    private long _duplicates;
    private long _dropped;
    private long _pending;

    public EventRing Events { get; } = new();

    public long Writes => Volatile.Read(ref _writes);

    /// <summary>Updates of others made visible.</summary>
    public long Applied => Volatile.Read(ref _applied);

    public long Buffered => Volatile.Read(ref _buffered);

    /// <summary>Updates that a store without causal delivery would have shown before a cause.</summary>
    public long Prevented => Volatile.Read(ref _prevented);

    public long Duplicates => Volatile.Read(ref _duplicates);

    public long Dropped => Volatile.Read(ref _dropped);

    public long Pending => Volatile.Read(ref _pending);

    internal void Record(ImmutableArray<ReplicaEvent> events, ReplicaCore core, Instant now)
    {
        foreach (var one in events)
        {
            switch (one.Kind)
            {
                case ReplicaEventKind.Write:
                    _writes++;
                    break;
                case ReplicaEventKind.Apply:
                    _applied++;
                    break;
                case ReplicaEventKind.Buffer:
                    _buffered++;
                    _prevented += one.WouldBeVisible ? 1 : 0;
                    break;
                case ReplicaEventKind.Duplicate:
                    _duplicates++;
                    break;
                case ReplicaEventKind.Drop:
                    _dropped++;
                    break;
                default:
                    break;
            }
        }

        Volatile.Write(ref _pending, core.PendingCount);
        Events.Add(now.UnixMicroseconds, events.AsSpan());
    }
}
