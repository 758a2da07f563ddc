using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Core;

/// <summary>
/// A condition on one key at this replica: it holds exactly one version, that of <paramref name="Dot"/>; or, with null, no visible value.
/// </summary>
public readonly record struct WriteCondition(string Key, Dot? Dot)
{
    /// <summary>If set, the condition is instead that nothing has changed the key since a root with this delivered clock.</summary>
    public VectorClock? UnchangedSince { get; init; }

    public bool Holds(KeyState? state)
    {
        if (UnchangedSince is { } seen)
        {
            // Every change leaves a version of its own, and what is only collected changes nothing.
            return state is null || state.Versions.All(version => seen.Covers(version.Dot));
        }

        return Dot is { } dot ? state is { IsPresent: true } && state.Dots is [var only] && only == dot : state is not { IsPresent: true };
    }
}
