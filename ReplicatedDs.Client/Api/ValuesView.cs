namespace ReplicatedDs.Client.Api;

/// <summary>How the values of a replica do that keeps them in a Redis Cluster.</summary>
/// <param name="Place"><c>redis-cluster</c>.</param>
/// <param name="UnconfirmedBytes">Bytes of its log whose values no replica of the Redis Cluster has confirmed yet.</param>
/// <param name="UnconfirmedBytesMax">From how many on it takes nothing more.</param>
/// <param name="Failovers">How often since its start a slot had another master, so that values were written again.</param>
/// <param name="Rewritten">Values since its start that the Redis Cluster had lost and that came from the log.</param>
/// <param name="Missing">Reads since its start of a value that neither had.</param>
/// <param name="Problem">What keeps values from being confirmed, as a sentence; <c>null</c>: nothing.</param>
public sealed record ValuesView(
    string Place, long UnconfirmedBytes, long UnconfirmedBytesMax, long Failovers, long Rewritten, long Missing, string? Problem);
