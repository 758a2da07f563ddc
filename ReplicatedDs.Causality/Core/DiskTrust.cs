namespace ReplicatedDs.Causality.Core;

/// <summary>
/// What a replica needs to hear before it writes again after a start: its data folder may be an older copy of what it was, and writing from
/// that would give two updates one name (R9).
/// </summary>
public enum DiskTrust
{
    /// <summary>The folder was made by this process, or the operator vouches for it: nothing.</summary>
    Full,

    /// <summary>What was acknowledged is on the disk: every member, or after a deadline one.</summary>
    OneWitness,

    /// <summary>The machine may have lost what was acknowledged: every member.</summary>
    AllMembers,
}
