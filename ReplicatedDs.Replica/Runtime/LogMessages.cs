namespace ReplicatedDs.Replica.Runtime;

/// <summary>Event ids 1000-1099.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1000, LogLevel.Information, "Replica {Id} of cluster {ClusterId} founded the cluster")]
    public static partial void Founded(this ILogger logger, int id, string clusterId);

    [LoggerMessage(1001, LogLevel.Information, "Replica {Id} of cluster {ClusterId} recovered {Keys} keys, boot {Boot}")]
    public static partial void RecoveredState(this ILogger logger, int id, string clusterId, int keys, long boot);

    [LoggerMessage(1002, LogLevel.Information, "Joining through {Sponsor} as replica {Id}")]
    public static partial void JoiningThrough(this ILogger logger, Uri sponsor, int id);

    [LoggerMessage(1003, LogLevel.Information, "Replica {Id} took a snapshot of {Keys} keys and waits to be activated")]
    public static partial void TookSnapshot(this ILogger logger, int id, int keys);

    [LoggerMessage(1004, LogLevel.Information, "Waiting to join: {Reason}")]
    public static partial void WaitingToJoin(this ILogger logger, string reason);

    [LoggerMessage(1005, LogLevel.Information, "Replica {Id} is {Phase}")]
    public static partial void PhaseChanged(this ILogger logger, int id, NodePhase phase);

    [LoggerMessage(1006, LogLevel.Information, "Replica {Id} left; its folder was moved aside")]
    public static partial void Left(this ILogger logger, int id);

    [LoggerMessage(1007, LogLevel.Warning, "The admission of replica {Id} was taken back; joining anew under another id")]
    public static partial void MustRejoin(this ILogger logger, int id);

    [LoggerMessage(1008, LogLevel.Error, "Writes are refused until the data folder takes them again: {Reason}")]
    public static partial void AppendFailed(this ILogger logger, string reason);

    [LoggerMessage(1009, LogLevel.Information, "The data folder takes writes again")]
    public static partial void AppendRecovered(this ILogger logger);

    [LoggerMessage(1010, LogLevel.Critical, "The replica stops: an invariant is broken")]
    public static partial void InvariantBroken(this ILogger logger, Exception exception);

    [LoggerMessage(1012, LogLevel.Warning, "Replica {Id} was evicted while it was away; its {Count} own updates are in own-writes.jsonl in its folder, which is moved aside")]
    public static partial void Evicted(this ILogger logger, int id, long count);

    [LoggerMessage(1013, LogLevel.Error, "Updates of replica {Origin} are in quarantine: {Reason}")]
    public static partial void Quarantined(this ILogger logger, int origin, string reason);

    [LoggerMessage(1014, LogLevel.Warning, "The data folder of replica {Id} was an older copy: others hold later updates of it. The folder was moved aside; joining anew under another id. Evict {Id} if no other process of it will come back")]
    public static partial void WasOlderCopy(this ILogger logger, int id);

    [LoggerMessage(1015, LogLevel.Warning, "Waiting for an id: {Reason}")]
    public static partial void WaitingForAnId(this ILogger logger, string reason);

    [LoggerMessage(1011, LogLevel.Warning, "Testing only: the core runs with the deliberate fault {Mutation}")]
    public static partial void RunsMutated(this ILogger logger, string mutation);
}
