using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Dashboard.Otlp.Store;

/// <summary>A span's reference to another trace.</summary>
/// <param name="Dot">The update that is meant, if the span says so.</param>
internal sealed record SpanLink(string TraceId, Dot? Dot);
