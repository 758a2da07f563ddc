namespace ReplicatedDs.Cluster.Tests.Traffic;

/// <summary>One write of one key; several make a transaction.</summary>
internal abstract record Change(string Key)
{
    /// <summary>Writes a register.</summary>
    internal sealed record Set(string Key, string Value) : Change(Key);

    /// <param name="Tombstone">The delete's name in the history; the store is not told.</param>
    internal sealed record Delete(string Key, string Tombstone) : Change(Key);

    /// <summary>Adds a power of two to a counter, which nobody else ever adds to it.</summary>
    internal sealed record Count(string Key, int Bit) : Change(Key)
    {
        public long Amount => 1L << Bit;
    }

    /// <summary>Adds a member to a set, which nobody else ever adds to it.</summary>
    internal sealed record Add(string Key, string Member) : Change(Key);

    /// <param name="Tombstone">The removal's name in the history; the store is not told.</param>
    internal sealed record Remove(string Key, string Member, string Tombstone) : Change(Key);
}
