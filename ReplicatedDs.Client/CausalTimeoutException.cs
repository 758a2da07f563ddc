using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Client;

/// <summary>
/// No replica had applied everything that the session has seen within the time. Nothing was changed; the session is intact, and the same call
/// may succeed later.
/// </summary>
/// <param name="missing">Updates that the last replica asked lacked; at most 100.</param>
public sealed class CausalTimeoutException(string message, IReadOnlyList<Dot> missing) : ReplicatedDsException(message)
{
    /// <summary>Updates that the last replica asked lacked; at most 100.</summary>
    public IReadOnlyList<Dot> Missing { get; } = missing;
}
