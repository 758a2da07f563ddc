using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Wire;

/// <summary>
/// Gives the same keys in the same order, with values in the place of references or the other way round: a snapshot always has the values, though a replica may
/// keep them elsewhere.
/// </summary>
public delegate ValueTask<IReadOnlyList<KeyValuePair<string, KeyState>>> ValueExchange(
    IReadOnlyList<KeyValuePair<string, KeyState>> keys, CancellationToken cancellationToken);
