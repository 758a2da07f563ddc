namespace ReplicatedDs.Client;

/// <summary>What answered is no replica, or one of a version that this client does not know.</summary>
public sealed class UnexpectedAnswerException(string message, Exception? inner = null) : ReplicatedDsException(message, inner);
