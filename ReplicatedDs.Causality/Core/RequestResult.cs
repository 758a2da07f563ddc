using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Core;

/// <summary>The answer to a <see cref="Request"/>.</summary>
public abstract record RequestResult;

/// <summary>A write was accepted and is durable. <paramref name="Clock"/> is everything applied here before it, and its own dot.</summary>
public sealed record Written(Dot Dot, VectorClock Clock) : RequestResult
{
    /// <summary>
    /// One number per requested operation: the counter's value after an increment, 1 if a delete found a value, a member was added that was
    /// not there or one removed that was, else 0.
    /// </summary>
    public ImmutableArray<long> Effects { get; init; } = [];

    /// <summary>It was done before, under the same operation id: <see cref="Clock"/> is then everything applied here now.</summary>
    public bool IsRepeated { get; init; }
}

/// <summary>The key holds a value of another type than the operation is for.</summary>
public sealed record WrongType(string Key, ValueKind Kind) : RequestResult;

/// <summary>The counter would leave the range of 64 bits.</summary>
public sealed record Overflow(string Key) : RequestResult;

/// <summary>A condition did not hold; <paramref name="Current"/> lists the dots of the key's versions, winner first (empty: no value).</summary>
public sealed record ConditionFailed(string Key, ImmutableArray<Dot> Current) : RequestResult;

/// <summary>The request was not carried out.</summary>
/// <param name="Detail">One sentence for people.</param>
public sealed record Refused(RefusalReason Reason, string Detail) : RequestResult;

/// <summary>A joiner or guest was admitted by this update.</summary>
public sealed record Admitted(ReplicaId Id, Dot Dot) : RequestResult;

/// <summary>The leave was issued as this update; the process may stop when <see cref="ReplicaOutput.MayExit"/> says so.</summary>
public sealed record Leaving(Dot Dot) : RequestResult;

/// <summary>The eviction was announced as this update; it ends when every survivor has promised.</summary>
public sealed record Evicting(ReplicaId Id, Dot Dot) : RequestResult;

/// <summary>What became of a hand-delivered update.</summary>
public sealed record HandDelivered(Dot Dot, DeliveryOutcome Outcome, ImmutableArray<Dot> Missing) : RequestResult;

/// <summary>The links after a change.</summary>
public sealed record LinksChanged(ImmutableArray<LinkStatus> Links) : RequestResult;
