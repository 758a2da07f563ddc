namespace ReplicatedDs.Replica.Storage;

/// <summary>All SQL that gives the two databases their shape, and their format versions.</summary>
internal static class StoreSchema
{
    public const int LogVersion = 1;
    public const int StateVersion = 1;

    /// <summary>
    /// <c>batches</c>: what was appended, in delivery order; positions rise and are never used again.
    /// <c>ranges</c>: which updates of which origin a batch holds (they are consecutive). <c>metadata</c>: boot number and identity.
    /// </summary>
    public const string Log = """
        CREATE TABLE batches (position INTEGER PRIMARY KEY, updates BLOB NOT NULL);
        CREATE TABLE ranges (
            origin INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, position INTEGER NOT NULL,
            PRIMARY KEY (origin, first)) WITHOUT ROWID;
        CREATE TABLE metadata (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
        """;

    /// <summary>
    /// <c>keys</c>: the state of each key by the bytes of its name. <c>checkpoint</c>: one row with everything else, and the position up
    /// to which the log is contained.
    /// </summary>
    public const string State = """
        CREATE TABLE keys (key BLOB PRIMARY KEY, state BLOB NOT NULL);
        CREATE TABLE checkpoint (one INTEGER PRIMARY KEY CHECK (one = 1), header BLOB NOT NULL, position INTEGER NOT NULL);
        """;
}
