namespace ReplicatedDs.Causality.Updates;

/// <summary>
/// The W3C trace context under which an update was written; it travels with the update so that every replica's span joins one trace.
/// </summary>
public readonly record struct TraceContext(UInt128 TraceId, ulong SpanId, byte Flags);
