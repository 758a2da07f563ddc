using System.Diagnostics;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Replica.Telemetry;

/// <summary>
/// Makes the spans of updates on their way through this replica: one per update from its arrival to its apply, a child of the write that
/// made it wherever that was; when it had to wait, the wait is a span of its own, linked to the traces of the updates that it waited for.
/// Called by the loop alone. Costs one check per batch while nobody listens.
/// </summary>
public sealed class PropagationTracer(ReplicaId self, TimeProvider time)
{
    /// <summary>Above this rate only a share of the updates is traced.</summary>
    public const int FullRateMax = 500;

    /// <summary>An update that waited longer is always traced.</summary>
    public static readonly TimeSpan LongWait = TimeSpan.FromMilliseconds(50);

    private const int KnownMax = 4096;
    private const int LinksMax = 16;

    // The traces of the last updates applied here, for the links; the queue says which to forget next.
    private readonly Dictionary<Dot, TraceContext> _known = new(KnownMax);
    private readonly Queue<Dot> _order = new(KnownMax);

    private long _windowStart;
    private int _inWindow;
    private int _inLastWindow;

    /// <summary>Takes the events of one step.</summary>
    public void Observe(ReadOnlySpan<ReplicaEvent> events, Instant now)
    {
        if (!Traces.Source.HasListeners())
        {
            return;
        }

        foreach (var one in events)
        {
            if (one is { Kind: ReplicaEventKind.Apply, Update: { } update })
            {
                if (one.ArrivedAt is { } arrivedAt)
                {
                    Trace(update, one, arrivedAt, now);
                }

                Remember(update);
            }
        }
    }

    private void Trace(Update update, ReplicaEvent applied, Instant arrivedAt, Instant now)
    {
        var waited = TimeSpan.FromMicroseconds(now.MonotonicMicroseconds - arrivedAt.MonotonicMicroseconds);
        var isLong = waited > LongWait && !applied.Missing.IsEmpty;
        if (update.Trace is not { } trace || (!Admit(trace, now) && !isLong))
        {
            return;
        }

        var parent = Traces.ToActivityContext(trace);
        if (isLong)
        {
            // Kept whatever the writer's sampling said: these are the ones that people look for.
            parent = new ActivityContext(parent.TraceId, parent.SpanId, parent.TraceFlags | ActivityTraceFlags.Recorded, isRemote: true);
        }

        // Nothing that runs in the loop may become a child of these.
        var current = Activity.Current;
        Activity.Current = null;
        try
        {
            var end = time.GetUtcNow();
            var start = end - waited;
            using var span = Traces.Source.StartActivity(
                "apply update", ActivityKind.Consumer, parent, Tags(update, applied), links: null, startTime: start);
            if (span is null)
            {
                return;
            }

            if (!applied.Missing.IsEmpty)
            {
                TraceWait(span, applied, start, end);
            }

            span.SetEndTime(end.UtcDateTime);
        }
        finally
        {
            Activity.Current = current;
        }
    }

    private void TraceWait(Activity parent, ReplicaEvent applied, DateTimeOffset start, DateTimeOffset end)
    {
        var links = new List<ActivityLink>();
        foreach (var dot in applied.Missing)
        {
            if (links.Count < LinksMax && _known.TryGetValue(dot, out var trace))
            {
                links.Add(new ActivityLink(Traces.ToActivityContext(trace), new ActivityTagsCollection { ["replicated_ds.dot"] = dot.ToString() }));
            }
        }

        using var wait = Traces.Source.StartActivity(
            "wait for dependencies",
            ActivityKind.Internal,
            parent.Context,
            [new("replicated_ds.missing", string.Join(' ', applied.Missing)), new("replicated_ds.missing_count", applied.Missing.Length)],
            links,
            start);
        wait?.SetEndTime(end.UtcDateTime);
    }

    private KeyValuePair<string, object?>[] Tags(Update update, ReplicaEvent applied) =>
    [
        new("replicated_ds.dot", update.Dot.ToString()),
        new("replicated_ds.origin", update.Origin.Value),
        new("replicated_ds.replica", self.Value),
        new("replicated_ds.peer", applied.Peer?.Value),
        new("replicated_ds.waited", !applied.Missing.IsEmpty),
    ];

    /// <summary>
    /// Whether this update is traced at the present rate. Chosen by the trace id, so that all replicas choose the same ones.
    /// </summary>
    private bool Admit(TraceContext trace, Instant now)
    {
        if (now.MonotonicMicroseconds - _windowStart >= 1_000_000)
        {
            _inLastWindow = now.MonotonicMicroseconds - _windowStart < 2_000_000 ? _inWindow : 0;
            _inWindow = 0;
            _windowStart = now.MonotonicMicroseconds;
        }

        _inWindow++;
        var oneIn = (ulong)Math.Max(1, Math.Max(_inWindow, _inLastWindow) / FullRateMax);
        return (ulong)trace.TraceId % oneIn == 0;
    }

    private void Remember(Update update)
    {
        if (update.Trace is not { } trace || !_known.TryAdd(update.Dot, trace))
        {
            return;
        }

        _order.Enqueue(update.Dot);
        if (_order.Count > KnownMax)
        {
            _known.Remove(_order.Dequeue());
        }
    }
}
