namespace ReplicatedDs.Causality.Values;

/// <summary>What wrote a version of a key.</summary>
public enum VersionKind
{
    /// <summary>A write of bytes.</summary>
    Register,

    /// <summary>A delete.</summary>
    Tombstone,

    /// <summary>An increment. The amounts are in <see cref="KeyState.Counter"/>; the version says when the key was last counted.</summary>
    Counter,

    /// <summary>A member added or removed. The members are in <see cref="KeyState.Members"/>; the version says when the set last changed.</summary>
    Set,

    /// <summary>
    /// A set or delete that was made twice and taken back (its twin has the smaller dot). It shows nothing and never wins, but what it superseded stays
    /// superseded: kept until it is stable, so that a join of states knows of it.
    /// </summary>
    Void,
}
