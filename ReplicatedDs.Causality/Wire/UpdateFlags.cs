namespace ReplicatedDs.Causality.Wire;

/// <summary>The first byte of an update: what follows and what is as expected. Stored and sent.</summary>
[Flags]
internal enum UpdateFlags : byte
{
    None = 0,

    /// <summary>Two bits hold the <see cref="DependencyForm"/>.</summary>
    DependencyFormMask = 3,

    /// <summary>The origin follows; else it is that of the update before.</summary>
    Origin = 4,

    /// <summary>The counter follows; else it is one more than in the origin's previous update of the batch.</summary>
    Counter = 8,

    Trace = 16,

    OperationId = 32,

    /// <summary>The number of operations follows; else there is one.</summary>
    OperationCount = 64,

    /// <summary>Kept free: a reader refuses it.</summary>
    Reserved = 128,
}
