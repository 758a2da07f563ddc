namespace ReplicatedDs.Causality.Membership;

/// <summary>What a member may do. Values are stored and sent: they are only ever appended.</summary>
public enum MemberStatus
{
    /// <summary>Admitted by a sponsor: takes a snapshot, receives updates, originates nothing, serves nobody.</summary>
    Joining = 1,

    /// <summary>Reads, writes and serves.</summary>
    Active = 2,

    /// <summary>Left or given up; its id is spent for ever.</summary>
    Departed = 3,

    /// <summary>A sender of hand-delivered updates (lab): no process, no row in the stable vector.</summary>
    Guest = 4,
}
