namespace ReplicatedDs.Replica.Runtime;

/// <summary>The replica takes no requests now; the message says why.</summary>
public sealed class NodeUnavailableException(string message) : Exception(message);
