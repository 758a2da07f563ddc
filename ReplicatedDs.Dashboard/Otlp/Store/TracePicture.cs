using System.Collections.Immutable;
using ReplicatedDs.Dashboard.Otlp.Updates;

namespace ReplicatedDs.Dashboard.Otlp.Store;

/// <summary>One trace as far as it was received.</summary>
/// <param name="Dropped">Spans that came when there were too many already.</param>
/// <param name="Updates">What was written in it, in the order of writing.</param>
internal sealed record TracePicture(string TraceId, IReadOnlyList<StoredSpan> Spans, int Dropped, ImmutableArray<UpdateTrace> Updates);
