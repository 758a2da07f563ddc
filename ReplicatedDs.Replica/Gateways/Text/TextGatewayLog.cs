using System.Net;

namespace ReplicatedDs.Replica.Gateways.Text;

internal static partial class TextGatewayLog
{
    [LoggerMessage(2200, LogLevel.Information, "Text gateway on {Endpoint}")]
    public static partial void Listening(ILogger logger, IPEndPoint endpoint);

    [LoggerMessage(2201, LogLevel.Warning, "Text gateway: closed the connection of {Client}: {Reason}")]
    public static partial void Closed(ILogger logger, EndPoint? client, string reason);

    [LoggerMessage(2202, LogLevel.Error, "Text gateway: the connection of {Client} failed unexpectedly")]
    public static partial void Failed(ILogger logger, Exception exception, EndPoint? client);

    [LoggerMessage(2203, LogLevel.Warning, "Text gateway: a connection was not accepted: {Reason}")]
    public static partial void AcceptFailed(ILogger logger, string reason);
}
