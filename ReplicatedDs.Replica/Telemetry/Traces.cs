using System.Buffers.Binary;
using System.Diagnostics;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Replica.Telemetry;

/// <summary>Between the runtime's trace identifiers and those that updates carry.</summary>
public static class Traces
{
    /// <summary>This project's spans.</summary>
    public static readonly ActivitySource Source = new("ReplicatedDs.Replica");

    /// <summary>The trace of the running request; where there is none a new one, or <c>null</c> if nobody collects traces.</summary>
    public static TraceContext? Current() => Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? ToTraceContext(activity.Context)
        : Source.HasListeners() ? ToTraceContext(new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None))
        : null;

    public static TraceContext ToTraceContext(ActivityContext context)
    {
        Span<byte> bytes = stackalloc byte[24];
        context.TraceId.CopyTo(bytes[..16]);
        context.SpanId.CopyTo(bytes[16..]);
        return new TraceContext(
            BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]), (byte)context.TraceFlags);
    }

    public static ActivityContext ToActivityContext(TraceContext trace)
    {
        Span<byte> bytes = stackalloc byte[24];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, trace.TraceId);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], trace.SpanId);
        return new ActivityContext(
            ActivityTraceId.CreateFromBytes(bytes[..16]),
            ActivitySpanId.CreateFromBytes(bytes[16..]),
            (ActivityTraceFlags)trace.Flags,
            isRemote: true);
    }
}
