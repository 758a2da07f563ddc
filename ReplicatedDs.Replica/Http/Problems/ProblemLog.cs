namespace ReplicatedDs.Replica.Http.Problems;

internal static partial class ProblemLog
{
    [LoggerMessage(2100, LogLevel.Error, "{Method} {Path} failed unexpectedly")]
    public static partial void Unexpected(ILogger logger, Exception exception, string method, string path);
}
