namespace ReplicatedDs.Client.Api;

/// <summary>One telemetry event of <c>GET /events</c>.</summary>
/// <param name="N">This replica's own sequence, from 1 at each start.</param>
/// <param name="T">Unix microseconds.</param>
/// <param name="Kind">Write, Send, Arrive, Buffer, Apply, Read, Drop, Duplicate, Join, Leave, Restart, LinkChanged, SiblingMade, SiblingResolved, Stable or Gap.</param>
/// <param name="Deps">The update's dependencies (on Write; empty elsewhere).</param>
/// <param name="Missing">On Buffer the exact missing dots.</param>
/// <param name="WouldBeVisible">On Buffer: a store without causal delivery would show it now.</param>
/// <param name="Lost">On Gap: how many events were overwritten before this reader got them.</param>
/// <param name="MissingCount">How many dots were missing, if more than <paramref name="Missing"/> names.</param>
/// <param name="Share">It stands for so many, where only a share of the updates is asked for; <c>null</c>: for itself.</param>
public sealed record EventView(
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
    string? Detail = null,
    long? Lost = null,
    int? Share = null,
    long? MissingCount = null);
