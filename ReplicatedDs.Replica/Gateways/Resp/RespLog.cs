using System.Net;

namespace ReplicatedDs.Replica.Gateways.Resp;

internal static partial class RespLog
{
    [LoggerMessage(2300, LogLevel.Information, "RESP gateway on {Endpoint}")]
    public static partial void Listening(ILogger logger, EndPoint endpoint);

    [LoggerMessage(2301, LogLevel.Warning, "RESP gateway: closed the connection of {Client}: {Reason}")]
    public static partial void Closed(ILogger logger, EndPoint? client, string reason);

    [LoggerMessage(2302, LogLevel.Error, "RESP gateway: the connection of {Client} failed unexpectedly")]
    public static partial void Failed(ILogger logger, Exception exception, EndPoint? client);

    [LoggerMessage(2303, LogLevel.Warning, "RESP gateway: a connection was not accepted: {Reason}")]
    public static partial void AcceptFailed(ILogger logger, string reason);
}
