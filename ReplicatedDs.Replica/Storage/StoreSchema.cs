namespace ReplicatedDs.Replica.Storage;

/// <summary>
/// All SQL that gives the two databases their shape: the n-th script brings format version n - 1 to n. Scripts are only ever appended.
/// </summary>
internal static class StoreSchema
{
    /// <summary>
    /// <c>batches</c>: what was appended, in delivery order; positions rise and are never used again.
    /// <c>ranges</c>: which updates of which origin a batch holds (they are consecutive). <c>metadata</c>: boot number and identity.
    /// <c>floors</c>: up to which counter an origin's updates are not, or not all, in the log any more.
    /// </summary>
    public static readonly IReadOnlyList<string> Log =
    [
        """
        CREATE TABLE batches (position INTEGER PRIMARY KEY, updates BLOB NOT NULL);
        CREATE TABLE ranges (
            origin INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, position INTEGER NOT NULL,
            PRIMARY KEY (origin, first)) WITHOUT ROWID;
        CREATE TABLE metadata (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
        """,
        "CREATE TABLE floors (origin INTEGER PRIMARY KEY, counter INTEGER NOT NULL);",
    ];

    /// <summary>
    /// <c>keys</c>: the state of each key by the bytes of its name. <c>checkpoint</c>: one row with everything else, and the position up
    /// to which the log is contained.
    /// </summary>
    public static readonly IReadOnlyList<string> State =
    [
        """
        CREATE TABLE keys (key BLOB PRIMARY KEY, state BLOB NOT NULL);
        CREATE TABLE checkpoint (one INTEGER PRIMARY KEY CHECK (one = 1), header BLOB NOT NULL, position INTEGER NOT NULL);
        """,
    ];
}
