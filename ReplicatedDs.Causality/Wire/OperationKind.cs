namespace ReplicatedDs.Causality.Wire;

/// <summary>
/// How an operation is marked in logs and batches. These numbers are stored and sent: they are only ever appended, never changed or used
/// again. 1-31 are operations on keys, 32-63 on the membership; the gaps are kept for types to come.
/// </summary>
internal enum OperationKind : byte
{
    /// <summary>A register without a content type.</summary>
    Set = 1,

    /// <summary>A register with a content type.</summary>
    SetTyped = 2,

    Delete = 3,

    Increment = 4,

    // 5-7: counters to come.
    Add = 8,
    Remove = 9,

    // 10-11: sets to come.
    Admit = 32,
    Activate = 33,
    Abort = 34,
    Leave = 35,
    Guest = 36,
    Intent = 37,
    ForcedIntent = 38,
    Promise = 39,
    Retire = 40,
}
