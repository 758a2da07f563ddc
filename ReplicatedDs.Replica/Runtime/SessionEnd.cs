namespace ReplicatedDs.Replica.Runtime;

/// <summary>Why a replica's life under one identity ended.</summary>
internal enum SessionEnd
{
    /// <summary>The process stops; the replica stays a member.</summary>
    Stopped,

    /// <summary>It left the cluster.</summary>
    Left,

    /// <summary>Its admission was taken back: it has to join under a new id.</summary>
    MustRejoin,

    /// <summary>Its folder is an older copy: it has to join under a new id.</summary>
    OlderCopy,

    /// <summary>The cluster has evicted it.</summary>
    Evicted,
}
