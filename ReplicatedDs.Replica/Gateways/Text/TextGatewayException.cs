namespace ReplicatedDs.Replica.Gateways.Text;

/// <summary>A text connection has to be closed; the message says why, for the log.</summary>
internal sealed class TextGatewayException(string message) : Exception(message);
