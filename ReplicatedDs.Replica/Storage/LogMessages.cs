namespace ReplicatedDs.Replica.Storage;

/// <summary>Event ids 2000-2099.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(2000, LogLevel.Information, "Opened {Folder} ({Durability}), boot {Boot}")]
    public static partial void StoreOpened(this ILogger logger, string folder, Durability durability, long boot);

    [LoggerMessage(2001, LogLevel.Information, "Recovered {Keys} keys; {Replayed} updates of the log were behind the checkpoint")]
    public static partial void Recovered(this ILogger logger, int keys, long replayed);

    [LoggerMessage(2002, LogLevel.Debug, "Checkpoint up to log position {Position} with {Keys} changed keys")]
    public static partial void CheckpointWritten(this ILogger logger, long position, int keys);

    [LoggerMessage(2003, LogLevel.Warning, "No checkpoint could be written, the log stays the whole truth: {Reason}")]
    public static partial void CheckpointFailed(this ILogger logger, string reason);

    [LoggerMessage(2004, LogLevel.Information, "Moved {Folder} aside to {Archive}")]
    public static partial void FolderArchived(this ILogger logger, string folder, string archive);

    [LoggerMessage(2005, LogLevel.Information, "A snapshot with {Keys} keys was joined with what is here")]
    public static partial void Installed(this ILogger logger, int keys);

    [LoggerMessage(2006, LogLevel.Warning, "{Problem} Values stay in the log meanwhile")]
    public static partial void RedisTakesNoValues(this ILogger logger, string problem);

    [LoggerMessage(2007, LogLevel.Information, "The Redis Cluster takes values")]
    public static partial void RedisTakesValues(this ILogger logger);

    [LoggerMessage(2008, LogLevel.Warning, "The Redis Cluster has other masters: all values that the log has are written again")]
    public static partial void RedisFailedOver(this ILogger logger);

    [LoggerMessage(2009, LogLevel.Information, "Looked through the Redis Cluster: {Found} values that no key names are deleted")]
    public static partial void ValuesSwept(this ILogger logger, int found);

    [LoggerMessage(2010, LogLevel.Warning, "The Redis Cluster of the values does not answer yet: {Reason}")]
    public static partial void RedisNotYet(this ILogger logger, string reason);
}
