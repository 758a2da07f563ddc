namespace ReplicatedDs.Client;

/// <summary>What a watch tells.</summary>
public enum ChangeKind
{
    /// <summary>The key has a value: this one.</summary>
    Set,

    /// <summary>The key has no value any more.</summary>
    Deleted,

    /// <summary>What happened since the position cannot be told singly any more: forget everything; the whole present state follows.</summary>
    Reset,
}
