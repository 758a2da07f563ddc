using System.Text.Json.Serialization;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Dashboard.Causality;

/// <summary>One event as the space-time diagram draws it. What is absent is left out on the wire.</summary>
/// <param name="N">The diagram's own number, from 1 without holes.</param>
/// <param name="T">Unix microseconds by the replica's clock; strictly later than the event before it on the same lifeline.</param>
/// <param name="Replica">The lifeline; 0 for a gap that concerns all.</param>
/// <param name="Kind">An event kind of the feed. Only kinds that are drawn become rows.</param>
public sealed record DiagramRow(long N, long T, int Replica, string Kind)
{
    /// <summary>The collector's number of the event.</summary>
    public long Event { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Dot { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Peer { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Keys { get; init; }

    /// <summary>On Buffer: the exact dots that were missing at arrival, at most as many as <see cref="DiagramProjector.MissingMax"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Missing { get; init; }

    /// <summary>On Buffer: how many dots were missing, if more than <see cref="Missing"/> lists.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int MissingCount { get; init; }

    /// <summary>On Buffer: a store without causal delivery would show it now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WouldBeVisible { get; init; }

    /// <summary>On Apply of an update that waited: when it had arrived, in Unix microseconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ArrivedAt { get; init; }

    /// <summary>On Apply of an update that waited: the missing dot that came last, and so freed it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WaitedFor { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>It stands for so many, because only a share of the updates is told; 0: for itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Share { get; init; }

    /// <summary>On Gap: how many events are not known here.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Lost { get; init; }

    /// <summary>
    /// The replica's delivered clock behind this event. Absent where it follows from the row before it on the same lifeline: then it is
    /// that row's, with the dot added if this is a Write or an Apply.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<int, long>? Clock { get; init; }

    /// <summary>The clock itself; the projector always knows it.</summary>
    [JsonIgnore]
    public VectorClock State { get; init; } = VectorClock.Empty;

    /// <summary>The clock does not follow from the row before.</summary>
    [JsonIgnore]
    public bool IsClockNews { get; init; }
}
