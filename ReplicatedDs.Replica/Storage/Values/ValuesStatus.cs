namespace ReplicatedDs.Replica.Storage.Values;

/// <summary>How a replica's values in the Redis Cluster do.</summary>
/// <param name="UnconfirmedBytes">Bytes of the log whose values are not yet confirmed by a replica of the Redis Cluster.</param>
/// <param name="UnconfirmedBytesMax">From how many on nothing more is taken.</param>
/// <param name="Failovers">How often since the start a slot had another master, so that values were written again.</param>
/// <param name="Rewritten">Values since the start that were missing in the Redis Cluster and came from the log.</param>
/// <param name="Missing">Reads since the start of a value that neither the Redis Cluster nor the log had.</param>
/// <param name="Problem">What keeps values from being confirmed, as a sentence; <c>null</c>: nothing.</param>
public sealed record ValuesStatus(long UnconfirmedBytes, long UnconfirmedBytesMax, long Failovers, long Rewritten, long Missing, string? Problem);
