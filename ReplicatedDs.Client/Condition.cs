using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Client;

/// <summary>
/// What must hold for a write to happen, checked in one step with it at the replica that takes it. At one replica only: two replicas may both accept,
/// which leaves siblings.
/// </summary>
public readonly record struct Condition
{
    private Condition(Dot? dot) => Dot = dot;

    /// <summary>The key has no value.</summary>
    public static Condition Absent { get; } = new(null);

    /// <summary>The version that the key must have; <c>null</c>: none.</summary>
    public Dot? Dot { get; }

    /// <summary>The key has exactly this version, and no siblings: it was not changed since it was read.</summary>
    public static Condition Unchanged(Dot dot) => new(dot);
}
