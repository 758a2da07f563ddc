using System.Collections.Immutable;
using System.Diagnostics;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Telemetry;
using ReplicatedDs.Replica.Tests.Http;

namespace ReplicatedDs.Replica.Tests.Telemetry;

/// <summary>The spans of updates on their way through a replica.</summary>
[Collection("activities")]
public sealed class PropagationTracerTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly List<Activity> _spans = [];
    private readonly PropagationTracer _tracer;
    private readonly ActivityListener _listener;

    // Only this test's traces: other tests of the process may write at the same time.
    private readonly ulong _mark = (ulong)Random.Shared.NextInt64(1, long.MaxValue);

    public PropagationTracerTests()
    {
        _tracer = new PropagationTracer(new ReplicaId(3), _time);
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "ReplicatedDs.Replica",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = activity =>
            {
                if (activity.TraceId.ToHexString().StartsWith(_mark.ToString("x16"), StringComparison.Ordinal))
                {
                    lock (_spans)
                    {
                        _spans.Add(activity);
                    }
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void Apply_OnArrival_IsOneSpanUnderTheWrite()
    {
        var update = Update(1, 1);
        Observe(Applied(update, waitedMs: 2));
        var span = Assert.Single(_spans);
        Assert.Equal(Traces.ToActivityContext(update.Trace!.Value).SpanId, span.ParentSpanId);
        Assert.Equal("1#1", span.GetTagItem("replicated_ds.dot"));
        Assert.Equal(3, span.GetTagItem("replicated_ds.replica"));
        Assert.Equal(TimeSpan.FromMilliseconds(2), span.Duration);
    }

    [Fact]
    public void Apply_AfterAWait_HasTheWaitAsAChildLinkedToWhatItWaitedFor()
    {
        var (cause, effect) = (Update(1, 1), Update(2, 1));
        Observe(Applied(cause, waitedMs: 0), Applied(effect, waitedMs: 800, new Dot(1, 1), new Dot(9, 9)));
        var apply = _spans.Single(span => Equals(span.GetTagItem("replicated_ds.dot"), "2#1"));
        var wait = _spans.Single(span => span.OperationName == "wait for dependencies");
        Assert.Equal(apply.SpanId, wait.ParentSpanId);
        Assert.Equal((TimeSpan.FromMilliseconds(800), apply.StartTimeUtc), (wait.Duration, wait.StartTimeUtc));
        Assert.Equal("1#1 9#9", wait.GetTagItem("replicated_ds.missing"));
        var link = Assert.Single(wait.Links);
        Assert.Equal(Traces.ToActivityContext(cause.Trace!.Value).TraceId, link.Context.TraceId);
    }

    [Fact]
    public void Apply_OwnWritesAndUntracedUpdates_HaveNoSpan()
    {
        Observe(
            new ReplicaEvent(ReplicaEventKind.Apply) { Update = Update(1, 1) },
            Applied(Update(1, 2) with { Trace = null }, waitedMs: 1),
            new ReplicaEvent(ReplicaEventKind.Arrive) { Update = Update(1, 3), ArrivedAt = _time.Instant() });
        Assert.Empty(_spans);
    }

    [Fact]
    public void ManyUpdates_AreSampledAndLongWaitsAreKept_AsFarAsTheyAreExceptions()
    {
        for (var n = 1; n <= 20_000; n++)
        {
            Observe(Applied(Update(1, n), waitedMs: 1));
        }

        Assert.InRange(_spans.Count, PropagationTracer.FullRateMax, 10_000);
        _spans.Clear();
        for (var n = 1; n <= 20; n++)
        {
            Observe(Applied(Update(2, n), waitedMs: 51, new Dot(1, 1)));
        }

        Assert.Equal(20, _spans.Count(span => span.OperationName == "apply update"));

        // Where everything waits, a long wait is no exception: as many as are a second's share, and those that are chosen anyway.
        for (var n = 21; n <= 60; n++)
        {
            Observe(Applied(Update(2, n), waitedMs: 51, new Dot(1, 1)));
        }

        Assert.InRange(_spans.Count(span => span.OperationName == "apply update"), PropagationTracer.LongWaitsMax, PropagationTracer.LongWaitsMax + 4);
        _time.Advance(TimeSpan.FromSeconds(5));
        _spans.Clear();
        Observe(Applied(Update(3, 1), waitedMs: 1));
        Assert.Single(_spans);
    }

    [Fact]
    public void Chooses_TheTracesWhoseUpdatesAreTraced_AndAllWhenItIsCalm()
    {
        Assert.True(IsChosen(1));
        for (var n = 1; n <= 20_000; n++)
        {
            Observe(Applied(Update(1, n), waitedMs: 1));
        }

        Assert.InRange(Enumerable.Range(1, 20_000).Count(n => IsChosen(n)), 50, 200);
        _spans.Clear();
        for (var n = 1; n <= 900; n++)
        {
            Observe(Applied(Update(4, n), waitedMs: 1));
        }

        Assert.Equal(Enumerable.Range(1, 900).Where(n => IsChosen(n)).Select(n => (object)$"4#{n}"), _spans.Select(span => span.GetTagItem("replicated_ds.dot")!));
        Assert.NotEmpty(_spans);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.All(Enumerable.Range(1, 100), n => Assert.True(IsChosen(n)));

        bool IsChosen(long n) => _tracer.Chooses(Traces.ToActivityContext(Update(4, n).Trace!.Value).TraceId);
    }

    [Fact]
    public void LongWait_OfAnUnsampledWrite_IsKept()
    {
        var update = Update(1, 1);
        var unsampled = update with { Trace = update.Trace!.Value with { Flags = 0 } };
        Observe(Applied(unsampled, waitedMs: 10));
        Assert.Empty(_spans);
        Observe(Applied(unsampled, waitedMs: 60, new Dot(2, 1)));
        Assert.Equal(2, _spans.Count);
    }

    [Fact]
    public void TraceContext_RoundTrips()
    {
        var context = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);
        var back = Traces.ToActivityContext(Traces.ToTraceContext(context));
        Assert.Equal((context.TraceId, context.SpanId, context.TraceFlags), (back.TraceId, back.SpanId, back.TraceFlags));
    }

    private void Observe(params ReadOnlySpan<ReplicaEvent> events) => _tracer.Observe(events, _time.Instant());

    private ReplicaEvent Applied(Update update, int waitedMs, params ImmutableArray<Dot> missing)
    {
        var now = _time.Instant();
        return new ReplicaEvent(ReplicaEventKind.Apply)
        {
            Update = update,
            Missing = missing,
            ArrivedAt = new Instant(now.UnixMicroseconds - (waitedMs * 1000L), now.MonotonicMicroseconds - (waitedMs * 1000L)),
        };
    }

    private Update Update(int replica, long counter) => new(
        new Dot(replica, counter),
        VectorClock.Empty,
        default,
        [new SetOperation("x", default, null)],
        new TraceContext(new UInt128(_mark, ((ulong)replica << 32) | (ulong)counter), 1, 1));
}
