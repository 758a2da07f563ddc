namespace ReplicatedDs.Replica.Gateways;

/// <summary>Too many writers wait for one key, or one waited for too long; the message says which.</summary>
public sealed class KeyBusyException(string message) : Exception(message);
