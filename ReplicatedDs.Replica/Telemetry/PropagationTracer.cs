using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Http;

namespace ReplicatedDs.Replica.Telemetry;

/// <summary>
/// Makes the spans of updates on their way: one where an update is written, and one at each other replica from its arrival to its apply,
/// all children of the request that wrote it. When it has to wait, its buffering is a span at once, for those who look while it waits, and
/// afterwards the wait is one, linked to the traces of the updates that it waited for. Called by the loop alone, unless said otherwise. Costs one check per
/// batch while nobody listens.
/// </summary>
public sealed class PropagationTracer(ReplicaId self, TimeProvider time)
{
    /// <summary>Above this rate only a share of the updates is traced.</summary>
    public const int FullRateMax = 100;

    /// <summary>An update that waited longer is traced in any case, up to <see cref="LongWaitsMax"/> a second.</summary>
    public static readonly TimeSpan LongWait = TimeSpan.FromMilliseconds(50);

    /// <summary>Where everything waits, more would be no exceptions, and cost the replica what it lacks.</summary>
    public const int LongWaitsMax = 20;

    private const int KnownMax = 4096;
    private const int LinksMax = 16;

    // The traces of the last updates applied here, for the links; the queue says which to forget next.
    private readonly Dictionary<Dot, TraceContext> _known = new(KnownMax);
    private readonly Queue<Dot> _order = new(KnownMax);

    private long _windowStart;
    private int _inWindow;
    private int _inLastWindow;
    private int _longInWindow;

    /// <summary>Takes the events of one step.</summary>
    /// <param name="now">The time of the step; what it changed became visible since then.</param>
    /// <param name="members">The membership after the step.</param>
    public void Observe(ReadOnlySpan<ReplicaEvent> events, Instant now, MemberTable? members = null)
    {
        if (!Traces.Source.HasListeners())
        {
            return;
        }

        members ??= MemberTable.Empty;
        foreach (var one in events)
        {
            switch (one)
            {
                case { Kind: ReplicaEventKind.Write, Update: { } update }:
                    TraceWrite(update, now, members);
                    break;
                case { Kind: ReplicaEventKind.Buffer, Update: { } update }:
                    TraceBuffering(update, one, now, members);
                    break;
                case { Kind: ReplicaEventKind.Apply, Update: { } update }:
                    if (one.ArrivedAt is { } arrivedAt)
                    {
                        TraceApply(update, one, arrivedAt, now, members);
                    }

                    Remember(update);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>
    /// Whether the updates of a trace are traced at the present rate. A request whose updates are not is not worth a span either: at thousands a second
    /// making and sending them costs more than what they show. From any thread.
    /// </summary>
    public bool Chooses(ActivityTraceId trace)
    {
        Span<byte> bytes = stackalloc byte[16];
        trace.CopyTo(bytes);
        var isCalm = time.Instant().MonotonicMicroseconds - Interlocked.Read(ref _windowStart) >= 2_000_000;
        return isCalm || BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) % OneIn == 0;
    }

    private void TraceWrite(Update update, Instant now, MemberTable members)
    {
        if (update.Trace is not { } trace || !Admit(trace, now, out var oneIn))
        {
            return;
        }

        using var alone = new NoCurrentActivity();
        Record("write update", ActivityKind.Producer, Traces.ToActivityContext(trace), SpanTags.OfWrite(update, self, members), null, At(now), Visible(now), oneIn);
    }

    private void TraceBuffering(Update update, ReplicaEvent buffered, Instant now, MemberTable members)
    {
        // It is counted when it is applied.
        if (update.Trace is not { } trace || !IsChosen(trace, OneIn))
        {
            return;
        }

        using var alone = new NoCurrentActivity();
        var tags = SpanTags.OfArrival(update, buffered, self, members);
        tags.AddRange(SpanTags.OfWait(buffered));
        Record("buffer update", ActivityKind.Consumer, Traces.ToActivityContext(trace), tags, Links(buffered), At(now), At(now), OneIn);
    }

    private void TraceApply(Update update, ReplicaEvent applied, Instant arrivedAt, Instant now, MemberTable members)
    {
        var waited = TimeSpan.FromMicroseconds(now.MonotonicMicroseconds - arrivedAt.MonotonicMicroseconds);
        if (update.Trace is not { } trace)
        {
            return;
        }

        var isAdmitted = Admit(trace, now, out var oneIn);
        var isLong = waited > LongWait && !applied.Missing.IsEmpty && (isAdmitted || _longInWindow++ < LongWaitsMax);
        if (!isAdmitted && !isLong)
        {
            return;
        }

        var parent = Traces.ToActivityContext(trace);
        if (isLong)
        {
            // Kept whatever the writer's sampling said: these are the ones that people look for.
            parent = new ActivityContext(parent.TraceId, parent.SpanId, parent.TraceFlags | ActivityTraceFlags.Recorded, isRemote: true);
        }

        using var alone = new NoCurrentActivity();
        var (arrival, freed, visible) = (At(now) - waited, At(now), Visible(now));
        var tags = SpanTags.OfArrival(update, applied, self, members);
        if (Record("apply update", ActivityKind.Consumer, parent, tags, null, arrival, visible, oneIn) is { } span && !applied.Missing.IsEmpty)
        {
            Record("wait for dependencies", ActivityKind.Internal, span, SpanTags.OfWait(applied), Links(applied), arrival, freed, oneIn: 1);
        }
    }

    private static ActivityContext? Record(
        string name,
        ActivityKind kind,
        ActivityContext parent,
        List<KeyValuePair<string, object?>> tags,
        List<ActivityLink>? links,
        DateTimeOffset start,
        DateTimeOffset end,
        ulong oneIn)
    {
        if (oneIn > 1)
        {
            tags.Add(new("replicated_ds.one_in", (long)oneIn));
        }

        using var span = Traces.Source.StartActivity(name, kind, parent, tags, links, start);
        span?.SetEndTime(end.UtcDateTime);
        return span?.Context;
    }

    private List<ActivityLink> Links(ReplicaEvent waiting)
    {
        var links = new List<ActivityLink>();
        foreach (var dot in waiting.Missing)
        {
            if (links.Count < LinksMax && _known.TryGetValue(dot, out var trace))
            {
                links.Add(new ActivityLink(Traces.ToActivityContext(trace), new ActivityTagsCollection { [SpanTags.Dot] = dot.ToString() }));
            }
        }

        return links;
    }

    private static DateTimeOffset At(Instant now) => DateTimeOffset.UnixEpoch + TimeSpan.FromMicroseconds(now.UnixMicroseconds);

    /// <summary>Now, after the step was stored and published; never before the step, if the clock was set back meanwhile.</summary>
    private DateTimeOffset Visible(Instant step)
    {
        var (start, now) = (At(step), time.GetUtcNow());
        return now < start ? start : now;
    }

    /// <summary>A power of two: what is traced at one rate is traced at every lower one, so that spans of replicas and moments with different rates still meet.</summary>
    private ulong OneIn => BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, Math.Max(_inWindow, _inLastWindow) / FullRateMax));

    /// <summary>Counts an update and says whether it is traced at the present rate.</summary>
    private bool Admit(TraceContext trace, Instant now, out ulong oneIn)
    {
        if (now.MonotonicMicroseconds - _windowStart >= 1_000_000)
        {
            _inLastWindow = now.MonotonicMicroseconds - _windowStart < 2_000_000 ? _inWindow : 0;
            _inWindow = 0;
            _longInWindow = 0;
            _windowStart = now.MonotonicMicroseconds;
        }

        _inWindow++;
        oneIn = OneIn;
        return IsChosen(trace, oneIn);
    }

    /// <summary>By the trace id, so that all replicas choose the same ones.</summary>
    private static bool IsChosen(TraceContext trace, ulong oneIn) => (ulong)trace.TraceId % oneIn == 0;

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

    /// <summary>Nothing that runs in the loop may become a parent or a child of these spans.</summary>
    private readonly struct NoCurrentActivity : IDisposable
    {
        private readonly Activity? _before = Activity.Current;

        public NoCurrentActivity() => Activity.Current = null;

        public void Dispose() => Activity.Current = _before;
    }
}
