namespace ReplicatedDs.Replica.Security;

/// <summary>What a caller may do; each includes those before it.</summary>
public enum AccessRole
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Read.</summary>
    Read,

    /// <summary>Also write.</summary>
    Write,

    /// <summary>Also let replicas leave, evict them and, in lab mode, break links.</summary>
    Operate,
}
