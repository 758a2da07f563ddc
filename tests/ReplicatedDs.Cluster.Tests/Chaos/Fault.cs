namespace ReplicatedDs.Cluster.Tests.Chaos;

/// <summary>One fault of a run.</summary>
/// <param name="Kind">In a word or two.</param>
/// <param name="From">Since the start of the traffic.</param>
/// <param name="To">When it was over, or the links healed by themselves.</param>
internal sealed record Fault(string Kind, string What, TimeSpan From, TimeSpan To);
