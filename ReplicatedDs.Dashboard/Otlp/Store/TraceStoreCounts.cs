namespace ReplicatedDs.Dashboard.Otlp.Store;

/// <param name="WithUpdates">Traces in which something was written.</param>
/// <param name="Others">Traces of other requests.</param>
/// <param name="Evicted">Traces that went to make room.</param>
/// <param name="Bytes">What the spans take in memory, roughly.</param>
internal sealed record TraceStoreCounts(int WithUpdates, int Others, long Evicted, long Bytes);
