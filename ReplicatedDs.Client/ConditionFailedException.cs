using System.Net;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Client;

/// <summary>The condition of a write did not hold at the replica that was asked. Nothing was changed.</summary>
/// <param name="current">The versions that the key has there, the winner first; empty if it has no value.</param>
public sealed class ConditionFailedException(string message, IReadOnlyList<Dot> current)
    : ReplicaRefusedException("condition-failed", HttpStatusCode.PreconditionFailed, message)
{
    /// <summary>The versions that the key has there, the winner first; empty if it has no value.</summary>
    public IReadOnlyList<Dot> Current { get; } = current;
}
