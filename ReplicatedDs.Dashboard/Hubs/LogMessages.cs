namespace ReplicatedDs.Dashboard.Hubs;

internal static partial class LogMessages
{
    [LoggerMessage(200, LogLevel.Debug, "The viewer {Connection} was lost: {Reason}")]
    public static partial void ViewerLost(this ILogger logger, string connection, string reason);
}
