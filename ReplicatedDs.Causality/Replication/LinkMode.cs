namespace ReplicatedDs.Causality.Replication;

/// <summary>What a lab fault does to the link from this replica to one peer.</summary>
public enum LinkMode
{
    Ok,

    /// <summary>This replica's own updates wait here; heartbeats pass, marked as paused.</summary>
    Hold,

    /// <summary>A share of the messages, heartbeats included, is lost.</summary>
    Drop,

    /// <summary>This replica's own updates are sent late.</summary>
    Delay,
}
