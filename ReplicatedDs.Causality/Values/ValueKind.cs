namespace ReplicatedDs.Causality.Values;

/// <summary>What a plain read of a key finds.</summary>
public enum ValueKind
{
    /// <summary>Nothing: never written, deleted, or a set without members.</summary>
    Absent,

    Register,

    Counter,

    Set,
}
