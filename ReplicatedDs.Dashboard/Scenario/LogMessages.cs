namespace ReplicatedDs.Dashboard.Scenario;

internal static partial class LogMessages
{
    [LoggerMessage(300, LogLevel.Error, "A run of the scenario broke")]
    public static partial void RunFailed(this ILogger logger, Exception exception);

    [LoggerMessage(302, LogLevel.Information, "The viewer of a scenario is gone: {Reason}")]
    public static partial void ViewerGone(this ILogger logger, string reason);

    [LoggerMessage(303, LogLevel.Warning, "A scenario could not tidy up: {Trouble}")]
    public static partial void NotTidied(this ILogger logger, string trouble);
}
