using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Core;

/// <summary>Who the replica is, and the bounds and intervals of its protocol.</summary>
public sealed record ReplicaSettings(ReplicaId Id, Incarnation Incarnation)
{
    /// <summary>Seeds the choices that are random in the lab: lost messages, jitter.</summary>
    public ulong Seed { get; init; }

    /// <summary>What it needs to hear before it writes.</summary>
    public DiskTrust DiskTrust { get; init; }

    /// <summary>With <see cref="Core.DiskTrust.OneWitness"/>: after how long one member's word is enough.</summary>
    public TimeSpan WitnessDeadline { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a peer hears of this replica when nothing else happens.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// A peer whose updates arrive gets an acknowledgement at once, but no more than one in this time, since that costs both sides as much as an update does, and this
    /// replica a synced append; with own updates after half of it, and after a fifth when half of a range has come.
    /// </summary>
    public TimeSpan AcknowledgeInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>After how long without progress unacknowledged updates are sent again.</summary>
    public TimeSpan ResendTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>For how long an origin's stream must be silent or stalled before others are asked for its updates.</summary>
    public TimeSpan RepairPatience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>After how long without a word from an admitted joiner its sponsor gives up on it.</summary>
    public TimeSpan JoinTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Updates sent to one peer and not yet acknowledged, at most.</summary>
    public int WindowMax { get; init; } = 8192;

    /// <summary>Updates named by one outgoing range, at most.</summary>
    public int RangeMax { get; init; } = 512;

    /// <summary>Updates in the delivery buffer, at most.</summary>
    public int BufferMax { get; init; } = 100_000;

    /// <summary>Bytes of keys and values in the delivery buffer, at most.</summary>
    public long BufferBytesMax { get; init; } = 64L << 20;

    /// <summary>How far ahead of this replica's clock an update's timestamp may be before the update has to wait.</summary>
    public TimeSpan ClockAheadMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Values of more bytes than this are kept outside the state, which holds a <see cref="Values.ValueReference"/>; at least <see cref="Values.KeyVersion.IntegerBytesMax"/>.</summary>
    public int InlineBytesMax { get; init; } = int.MaxValue;

    /// <summary>A deliberate fault, for testing the tests.</summary>
    internal CoreMutation Mutation { get; init; }
}
