namespace ReplicatedDs.Dashboard.Collector;

internal static partial class LogMessages
{
    [LoggerMessage(100, LogLevel.Information, "{Replica} answers as replica {Id}")]
    public static partial void ReplicaAnswers(this ILogger logger, string replica, int id);

    [LoggerMessage(101, LogLevel.Information, "{Replica} does not answer: {Reason}")]
    public static partial void ReplicaSilent(this ILogger logger, string replica, string reason);

    [LoggerMessage(102, LogLevel.Debug, "The event feed of {Replica} ended at {N}: {Reason}")]
    public static partial void FeedEnded(this ILogger logger, string replica, long n, string reason);

    [LoggerMessage(103, LogLevel.Information, "The control API answers")]
    public static partial void ControlAnswers(this ILogger logger);

    [LoggerMessage(104, LogLevel.Warning, "The control API does not answer: {Reason}")]
    public static partial void ControlSilent(this ILogger logger, string reason);
}
