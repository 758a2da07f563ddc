namespace ReplicatedDs.Causality.Wire;

/// <summary>
/// The protocol's maxima. Writers refuse what is beyond them (<see cref="ArgumentException"/>), readers too, so that whatever was written
/// can be read and no bytes make a reader allocate without bound.
/// </summary>
public static class WireLimits
{
    /// <summary>UTF-8 bytes of a key; the least is 1.</summary>
    public const int KeyBytesMax = 1024;

    /// <summary>UTF-8 bytes of a member of a set; the least is 1.</summary>
    public const int MemberBytesMax = 1024;

    /// <summary>Bytes of one value.</summary>
    public const int ValueBytesMax = 64 << 20;

    /// <summary>UTF-8 bytes of a content type, an operation id, a name or an address.</summary>
    public const int TextBytesMax = 8192;

    /// <summary>Entries of one clock.</summary>
    public const int ClockEntriesMax = 4096;

    /// <summary>Operations of one update.</summary>
    public const int OperationsMax = 65_536;

    /// <summary>Updates of one batch.</summary>
    public const int BatchUpdatesMax = 65_536;

    /// <summary>
    /// Clock entries of all updates of one batch together: a delta of three bytes stands for a whole clock, so the number of bytes
    /// does not bound what a batch unfolds to.
    /// </summary>
    public const int BatchClockEntriesMax = 1 << 22;

    /// <summary>Messages of one envelope.</summary>
    public const int MessagesMax = 4096;

    /// <summary>Versions (siblings) of one key.</summary>
    public const int VersionsMax = 65_536;

    /// <summary>Members of one set, and increments of one origin of a counter that are not stable yet.</summary>
    public const int ElementsMax = 16 << 20;

    /// <summary>Members, departed ones included.</summary>
    public const int MembersMax = 1 << 20;

    /// <summary>Bytes of one frame of a snapshot.</summary>
    public const int FrameBytesMax = 256 << 20;
}
