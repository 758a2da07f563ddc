using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Delivery;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Core;

/// <summary>One telemetry event. The order in <see cref="ReplicaOutput.Events"/> is the order in which things happened here.</summary>
/// <remarks>A value, since there are several for each update and hardly anybody looks: nothing is allocated for them.</remarks>
public readonly record struct ReplicaEvent(ReplicaEventKind Kind)
{
    /// <summary>The other end: whom it was sent to, from whom it came, who joined.</summary>
    public ReplicaId? Peer { get; init; }

    /// <summary>The update concerned, if any.</summary>
    public Update? Update { get; init; }

    /// <summary>The dot concerned; that of <see cref="Update"/> unless set.</summary>
    public Dot? Dot { get => field ?? Update?.Dot; init; }

    /// <summary>The key, for <see cref="ReplicaEventKind.SiblingMade"/>, <see cref="ReplicaEventKind.SiblingResolved"/> and reads.</summary>
    public string? Key { get; init; }

    /// <summary>
    /// On Buffer: the exact dots that are missing. On Apply: those that were missing when it arrived. Found when asked for, from
    /// <see cref="DeliveredAtArrival"/>.
    /// </summary>
    public ImmutableArray<Dot> Missing
    {
        get => !field.IsDefault ? field
            : DeliveredAtArrival is { } delivered && Update is { } update ? DeliveryRule.Missing(update, delivered).Dots
            : [];
        init;
    }

    /// <summary>On Buffer, and on Apply of what was buffered: what was delivered here when the update arrived.</summary>
    public VectorClock? DeliveredAtArrival { get; init; }

    /// <summary>On Buffer: a store without causal delivery would show it to readers now.</summary>
    public bool WouldBeVisible { get; init; }

    /// <summary>On Apply: when the update arrived here; <c>null</c> for own writes.</summary>
    public Instant? ArrivedAt { get; init; }

    /// <summary>On Stable: the stable vector.</summary>
    public VectorClock? Clock { get; init; }

    /// <summary>On Drop and LinkChanged: why or what, in words.</summary>
    public string? Detail { get; init; }
}
