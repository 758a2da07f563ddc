namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>One process.</summary>
/// <param name="StartedAt">In ticks since the machine started: tells it from a later process with the same id.</param>
internal sealed record ProcessEntry(int Pid, int Parent, string Name, long StartedAt)
{
    public override string ToString() => $"{Name} ({Pid})";
}
