namespace ReplicatedDs.Replica.Replication;

/// <summary>One attempt to join failed; the message says why. Another may work.</summary>
internal sealed class JoinException(string message, Exception? inner = null) : Exception(message, inner);
