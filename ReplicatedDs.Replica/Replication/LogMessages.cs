namespace ReplicatedDs.Replica.Replication;

/// <summary>Event ids 1100-1199.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1100, LogLevel.Information, "Replication stream to replica {Peer} at {Address} is open")]
    public static partial void StreamOpened(this ILogger logger, int peer, Uri address);

    [LoggerMessage(1101, LogLevel.Information, "Replication stream to replica {Peer} at {Address} ended: {Reason}")]
    public static partial void StreamEnded(this ILogger logger, int peer, Uri address, string reason);

    [LoggerMessage(1102, LogLevel.Information, "Refused a replication stream: {Reason}")]
    public static partial void StreamRefused(this ILogger logger, string reason);

    [LoggerMessage(1103, LogLevel.Information, "Nobody's log reaches back to what is missing here: reading the state of replica {Peer}")]
    public static partial void SnapshotWanted(this ILogger logger, int peer);

    [LoggerMessage(1104, LogLevel.Warning, "The state of replica {Peer} could not be read: {Reason}")]
    public static partial void SnapshotFailed(this ILogger logger, int peer, string reason);
}
