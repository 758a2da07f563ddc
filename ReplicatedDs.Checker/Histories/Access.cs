namespace ReplicatedDs.Checker.Histories;

/// <summary>One key of an operation with what was written to it or read from it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value, unique among all writes of the key; <c>null</c>: absent.</param>
/// <param name="Tombstone">
/// With a <c>null</c> value. In a write: the unique name of the delete. In a read: the delete that the answer named as the reason
/// for the absence, <c>null</c> if it named none.
/// </param>
public readonly record struct Access(string Key, string? Value, string? Tombstone = null)
{
    public override string ToString() => (Value, Tombstone) switch
    {
        ({ } value, _) => $"{Key} = \"{value}\"",
        (null, { } tombstone) => $"{Key} = absent (deleted by \"{tombstone}\")",
        _ => $"{Key} = absent",
    };
}
