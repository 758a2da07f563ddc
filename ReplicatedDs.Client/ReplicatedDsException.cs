namespace ReplicatedDs.Client;

/// <summary>An operation did not succeed. The message is a sentence for people.</summary>
public abstract class ReplicatedDsException(string message, Exception? inner = null) : Exception(message, inner);
