namespace ReplicatedDs.Dashboard.Collector;

/// <summary>One event of the cluster, in the order in which the collector got to know of it. Sent to browsers as it is.</summary>
/// <param name="N">The collector's own number, from 1.</param>
/// <param name="T">Unix microseconds, by the clock of the replica that it happened at.</param>
/// <param name="Replica">Where it happened; 0 if the replica's id was never learnt.</param>
/// <param name="Kind">A replica's event kind, or <c>Kill</c>, which only the collector can tell.</param>
/// <param name="Deps">On Write: the update's dependencies.</param>
/// <param name="Missing">On Buffer: the exact missing dots.</param>
/// <param name="Lost">On Gap: how many events were overwritten before they could be read.</param>
public sealed record ClusterEvent(
    long N,
    long T,
    int Replica,
    int? Peer,
    string Kind,
    string? Dot,
    IReadOnlyList<string> Keys,
    IReadOnlyDictionary<string, long> Deps,
    IReadOnlyList<string> Missing,
    bool WouldBeVisible,
    string? TraceId,
    string? Detail,
    long? Lost);
