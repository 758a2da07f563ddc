namespace ReplicatedDs.Causality.Clocks;

/// <summary>How one clock relates to another.</summary>
public enum ClockOrdering
{
    Equal,

    /// <summary>Less or equal in every entry, less in one.</summary>
    Before,

    /// <summary>Greater or equal in every entry, greater in one.</summary>
    After,

    /// <summary>Each has an entry that is greater than the other's.</summary>
    Concurrent,
}
