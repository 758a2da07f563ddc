using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Core;

/// <summary>One telemetry event. The order in <see cref="ReplicaOutput.Events"/> is the order in which things happened here.</summary>
public sealed record ReplicaEvent(ReplicaEventKind Kind)
{
    /// <summary>The other end: whom it was sent to, from whom it came, who joined.</summary>
    public ReplicaId? Peer { get; init; }

    /// <summary>The update concerned, if any.</summary>
    public Update? Update { get; init; }

    /// <summary>The dot concerned; that of <see cref="Update"/> unless set.</summary>
    public Dot? Dot { get => field ?? Update?.Dot; init; }

    /// <summary>The key, for <see cref="ReplicaEventKind.SiblingMade"/>, <see cref="ReplicaEventKind.SiblingResolved"/> and reads.</summary>
    public string? Key { get; init; }

    /// <summary>On Buffer: the exact dots that are missing. On Apply: those that were missing when it arrived.</summary>
    public ImmutableArray<Dot> Missing { get; init; } = [];

    /// <summary>On Buffer: a store without causal delivery would show it to readers now.</summary>
    public bool WouldBeVisible { get; init; }

    /// <summary>On Apply: when the update arrived here; <c>null</c> for own writes.</summary>
    public Instant? ArrivedAt { get; init; }

    /// <summary>On Stable: the stable vector.</summary>
    public VectorClock? Clock { get; init; }

    /// <summary>On Drop and LinkChanged: why or what, in words.</summary>
    public string? Detail { get; init; }
}
