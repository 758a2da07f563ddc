using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Dashboard.Otlp;
using ReplicatedDs.Dashboard.Otlp.Store;

namespace ReplicatedDs.Dashboard.Tests.Otlp;

/// <summary>Spans as the receiver keeps them. Times are milliseconds after one moment.</summary>
internal static class Spans
{
    private const long Zero = 1_767_261_600_000_000_000;

    public static string TraceId(int trace) => trace.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);

    public static long At(double ms) => Zero + (long)(ms * 1e6);

    public static StoredSpan Request(int trace, int n) => Span(trace, $"request-{n}", "GET /clock", 0, 1);

    /// <summary>The write of 1#n, in the trace that it is added to.</summary>
    public static Func<int, int, StoredSpan> Write(int n) => (trace, _) => Write(trace, new Dot(1, n), 0, "k");

    public static Func<int, int, StoredSpan> Apply(int n, int at) => (trace, _) => Apply(trace, new Dot(1, n), at, 3, 4);

    public static StoredSpan Write(int trace, Dot dot, double at, string key, string members = "1 2 3") => Span(
        trace, $"write {dot}", UpdateTags.WriteSpan, at, at + 0.5, Tags(dot, dot.Replica.Value, [new(UpdateTags.Members, members), new(UpdateTags.Keys, new[] { key })]));

    public static StoredSpan Apply(int trace, Dot dot, int replica, double arrived, double visible) =>
        Span(trace, $"apply {dot} {replica}", UpdateTags.ApplySpan, arrived, visible, Tags(dot, replica, []));

    public static StoredSpan Buffer(int trace, Dot dot, int replica, double arrived, string missing) =>
        Span(trace, $"buffer {dot} {replica}", UpdateTags.BufferSpan, arrived, arrived, Tags(dot, replica, [new(UpdateTags.Missing, missing)]));

    /// <summary>The wait of an apply.</summary>
    public static StoredSpan Wait(int trace, Dot dot, int replica, double from, double to, string missing, params SpanLink[] links) =>
        Span(trace, $"wait {dot} {replica}", UpdateTags.WaitSpan, from, to, [new(UpdateTags.Missing, missing)], $"apply {dot} {replica}", links);

    public static StoredSpan Span(
        int trace, string id, string name, double start, double end, KeyValuePair<string, object>[]? attributes = null, string? parent = null, SpanLink[]? links = null) =>
        new(TraceId(trace), id, parent, name, "test", At(start), At(end), null, attributes ?? [], links ?? []);

    private static KeyValuePair<string, object>[] Tags(Dot dot, int replica, KeyValuePair<string, object>[] more) =>
        [new(UpdateTags.Dot, dot.ToString()), new(UpdateTags.Replica, (long)replica), .. more];
}
