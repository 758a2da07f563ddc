namespace ReplicatedDs.Replica.Gateways;

/// <summary>More writes wait for the loop than are allowed to.</summary>
public sealed class OverloadedException(string message) : Exception(message);
