namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>The peer does not read what it asked for; the message says for how long, for the log.</summary>
internal sealed class RespSlowPeerException(string message) : Exception(message);
