namespace ReplicatedDs.Causality.Wire;

/// <summary>How the dependencies of an update are written; two bits of its flags, so there will never be a fifth.</summary>
internal enum DependencyForm : byte
{
    /// <summary>As those of the origin's previous update in the batch.</summary>
    Unchanged = 0,

    /// <summary>The entries that grew, each with its increment.</summary>
    Sparse = 1,

    /// <summary>Half a byte for every entry of the previous update.</summary>
    Dense = 2,

    /// <summary>In full.</summary>
    Absolute = 3,
}
