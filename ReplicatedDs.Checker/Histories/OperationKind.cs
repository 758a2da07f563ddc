namespace ReplicatedDs.Checker.Histories;

public enum OperationKind
{
    /// <summary>Writes or deletes one key, or several keys at once (a transaction).</summary>
    Write,

    /// <summary>Reads one key, or several keys at one moment (a snapshot).</summary>
    Read,
}
