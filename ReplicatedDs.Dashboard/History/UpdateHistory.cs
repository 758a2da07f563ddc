using System.Collections.Immutable;

namespace ReplicatedDs.Dashboard.History;

/// <summary>An update on its way across the replicas, as far as the event log told.</summary>
/// <param name="Dot">Such as <c>2#17</c>.</param>
/// <param name="WrittenAt">In Unix microseconds by its origin's clock; <c>null</c>: its write is not in the log.</param>
/// <param name="Knew">Everything that it depends on; empty if its write is not in the log.</param>
internal sealed record UpdateHistory(
    string Dot, int Origin, long? WrittenAt, ImmutableArray<string> Keys, IReadOnlyDictionary<int, long> Knew, string? TraceId, ImmutableArray<UpdateStep> Steps)
{
    /// <summary>What was so at a moment, in Unix microseconds; <c>null</c>: it was not written yet.</summary>
    public UpdateHistory? Until(long moment) => WrittenAt > moment ? null : this with
    {
        Steps = [.. Steps.Where(step => (step.BufferedAt ?? step.AppliedAt) <= moment).Select(step => step.AppliedAt <= moment ? step : step with { AppliedAt = null })],
    };

    public UpdateStep? At(int replica) => Steps.FirstOrDefault(step => step.Replica == replica);

    /// <summary>How long after the write a replica showed it, in microseconds; never less than nothing, whatever two clocks say.</summary>
    public long? Took(int replica) => At(replica)?.AppliedAt is { } applied && WrittenAt is { } written ? Math.Max(0, applied - written) : null;

    /// <summary>How long it waited at a replica, in microseconds.</summary>
    public static long Waited(UpdateStep step) => step is { BufferedAt: { } buffered, AppliedAt: { } applied } ? Math.Max(0, applied - buffered) : 0;
}
