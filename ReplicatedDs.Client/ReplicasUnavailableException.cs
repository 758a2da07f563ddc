namespace ReplicatedDs.Client;

/// <summary>No replica took the operation within the attempts and the deadline.</summary>
/// <param name="mayHaveHappened">
/// Whether a replica may have done it without its answer arriving. A write is repeated under one <c>Idempotency-Key</c>, so that it happens at most
/// once; whether it did must be read.
/// </param>
public sealed class ReplicasUnavailableException(string message, bool mayHaveHappened, Exception? inner = null) : ReplicatedDsException(message, inner)
{
    /// <summary>Whether a replica may have done it without its answer arriving. Always false for reads.</summary>
    public bool MayHaveHappened { get; } = mayHaveHappened;
}
