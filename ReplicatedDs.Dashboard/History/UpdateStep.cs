namespace ReplicatedDs.Dashboard.History;

/// <summary>What became of an update at a replica that did not write it. Times are Unix microseconds by that replica's clock.</summary>
/// <param name="BufferedAt">When it arrived and had to wait; <c>null</c>: it did not wait.</param>
/// <param name="AppliedAt">When it became visible; <c>null</c>: not yet.</param>
internal sealed record UpdateStep(int Replica, long? BufferedAt, long? AppliedAt);
