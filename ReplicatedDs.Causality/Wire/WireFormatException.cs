namespace ReplicatedDs.Causality.Wire;

/// <summary>Bytes that are not what they should be: cut short, of a newer version, or simply wrong. The message is one sentence.</summary>
public sealed class WireFormatException(string message, Exception? inner = null) : Exception(message, inner);
