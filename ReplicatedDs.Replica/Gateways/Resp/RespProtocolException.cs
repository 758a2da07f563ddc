namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>What came is not RESP: the connection is told the message and closed.</summary>
internal sealed class RespProtocolException(string message) : Exception(message);
