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
}
