namespace ReplicatedDs.Replica.Runtime;

/// <summary>The replica cannot start as configured; the message is a sentence for the user.</summary>
public sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
