namespace ReplicatedDs.Client.Api;

/// <summary>Where one version of a key comes from.</summary>
/// <param name="Kind"><c>register</c>, <c>tombstone</c>, <c>counter</c> (its last increment) or <c>set</c> (its last change).</param>
/// <param name="Dependencies">What its replica had applied when it accepted the write; <c>null</c> once the update has left this replica's log.</param>
/// <param name="TraceId">The trace that it was written in.</param>
/// <param name="Outcome">In one sentence: why it wins, or what it lost to.</param>
public sealed record VersionWhyView(
    string Dot,
    int Origin,
    string Kind,
    DateTimeOffset WrittenAt,
    IReadOnlyDictionary<string, long>? Dependencies,
    string? TraceId,
    string Outcome);
