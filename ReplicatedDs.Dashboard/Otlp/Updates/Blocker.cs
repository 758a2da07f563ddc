using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Dashboard.Otlp.Updates;

/// <summary>One dot that an update waited for at a replica.</summary>
/// <param name="TraceId">Its trace, by the wait's link or by the dot; <c>null</c>: not known here.</param>
/// <param name="Update">Its update; <c>null</c>: no span of it is here (any more).</param>
/// <param name="EndedLast">Of all that it waited for, this came last: the wait ended with it.</param>
internal sealed record Blocker(Dot Dot, string? TraceId, UpdateTrace? Update, bool EndedLast);
