namespace ReplicatedDs.Replica.Storage;

/// <summary>Bounds of one store.</summary>
internal sealed record StoreLimits
{
    /// <summary>Updates in one row of the log; a larger append takes several rows in one transaction.</summary>
    public int RowUpdatesMax { get; init; } = 1024;

    /// <summary>About how many bytes one row of the log takes; a single larger update takes a row of its own.</summary>
    public long RowBytesMax { get; init; } = 1 << 20;

    /// <summary>Bytes of rows that wait in memory for a promise at most; a transaction for so many is large enough.</summary>
    public long WaitingBytesMax { get; init; } = 256 << 10;

    /// <summary>Updates kept in memory behind the newest.</summary>
    public int RecentUpdatesMax { get; init; } = 16_384;

    /// <summary>About how many bytes they take.</summary>
    public long RecentBytesMax { get; init; } = 32 << 20;

    /// <summary>
    /// Appended bytes after which a checkpoint is due. It writes every key that changed since the last, so under load it takes a good part of the processor if it
    /// comes often; a start after a crash has to read so much of the log.
    /// </summary>
    public long CheckpointBytes { get; init; } = 256 << 20;

    /// <summary>Time after the first change since the last checkpoint after which one is due.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>About how many bytes of the newest rows stay in the log though everybody has them, for those who want to see what happened.</summary>
    public long LogBytesKept { get; init; } = 64 << 20;

    /// <summary>About how many bytes of rows the log holds at most; whoever still lacks what is cut takes a snapshot.</summary>
    public long LogBytesMax { get; init; } = 1L << 30;

    /// <summary>Pages of the log's database, at most: a full disk for tests.</summary>
    public int? LogPagesMax { get; init; }
}
