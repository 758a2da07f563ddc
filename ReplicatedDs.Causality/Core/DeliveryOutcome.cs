namespace ReplicatedDs.Causality.Core;

/// <summary>What became of an update that arrived.</summary>
public enum DeliveryOutcome
{
    Applied,
    Buffered,
    Duplicate,

    /// <summary>The buffer was full: it will be fetched again.</summary>
    Dropped,
}
