namespace ReplicatedDs.Replica.Replication;

/// <summary>Whether a process may speak for the peer whose id it bears.</summary>
internal enum PeerProcessVerdict
{
    Speaks,

    /// <summary>Another one does, and was heard a moment ago.</summary>
    InUse,

    /// <summary>A later one does, or did.</summary>
    Superseded,
}
