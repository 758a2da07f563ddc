namespace ReplicatedDs.Cluster.Tests.Traffic.Doors;

/// <summary>How long a session of the traffic waits before it goes elsewhere.</summary>
internal static class Patience
{
    /// <summary>Until a replica covers what the session has seen.</summary>
    public static readonly TimeSpan Causal = TimeSpan.FromMilliseconds(500);

    /// <summary>For an answer, whatever it is.</summary>
    public static readonly TimeSpan Answer = TimeSpan.FromSeconds(15);
}
