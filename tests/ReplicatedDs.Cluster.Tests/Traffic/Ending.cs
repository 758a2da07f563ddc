namespace ReplicatedDs.Cluster.Tests.Traffic;

/// <summary>What became of a call.</summary>
internal enum Ending
{
    Done,

    /// <summary>It certainly did not happen: refused, or never sent.</summary>
    NotDone,

    /// <summary>It may have happened: the answer never came.</summary>
    Unknown,

    /// <summary>The session has seen what an eviction gave up: it must begin anew.</summary>
    HistoryLost,

    /// <summary>An answer that no fault explains: a defect.</summary>
    Surprise,
}
