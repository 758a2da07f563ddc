using System.Net;

namespace ReplicatedDs.Client;

/// <summary>The key holds another type: an increment of a set, say. Nothing was changed.</summary>
public sealed class TypeConflictException(string message) : ReplicaRefusedException("wrong-type", HttpStatusCode.Conflict, message);
