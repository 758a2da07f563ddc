using System.Diagnostics;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Tests.Telemetry;

/// <summary>What the Traces page needs of a replica's spans.</summary>
public sealed class WriteSpanTests : IDisposable
{
    private static readonly DateTimeOffset Step = new(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);
    private static readonly Instant Now = new((Step - DateTimeOffset.UnixEpoch).Ticks / 10, 5_000_000);

    private readonly List<Activity> _spans = [];
    private readonly ActivityListener _listener;
    private readonly UInt128 _traceId = new((ulong)Random.Shared.NextInt64(1, long.MaxValue), 7);

    public WriteSpanTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "ReplicatedDs.Replica",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == Context().TraceId)
                {
                    _spans.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void Write_IsASpanUnderItsRequestFromItsStepToItsPublication()
    {
        Tracer(2).Observe([new ReplicaEvent(ReplicaEventKind.Write) { Update = Update(2, 17, "x", "y") }], Now, Members());
        var span = Assert.Single(_spans);
        Assert.Equal("write update", span.OperationName);
        Assert.Equal((Context().TraceId, Context().SpanId), (span.TraceId, span.ParentSpanId));
        Assert.Equal((Step.UtcDateTime, TimeSpan.FromMilliseconds(3)), (span.StartTimeUtc, span.Duration));
        Assert.Equal("2#17", span.GetTagItem("replicated_ds.dot"));
        Assert.Equal(2, span.GetTagItem("replicated_ds.replica"));
        Assert.Equal("replica-2", span.GetTagItem("replicated_ds.replica_name"));
        Assert.Equal(["x", "y"], (string[])span.GetTagItem("replicated_ds.keys")!);
        Assert.Equal("1 2 3", span.GetTagItem("replicated_ds.members"));
        Assert.Null(span.GetTagItem("replicated_ds.one_in"));
    }

    [Fact]
    public void Write_OfLongKeys_IsCut()
    {
        var update = Update(2, 17, [.. Enumerable.Range(0, 20).Select(n => new string('k', 500) + n)]);
        Tracer(2).Observe([new ReplicaEvent(ReplicaEventKind.Write) { Update = update }], Now, Members());
        var keys = (string[])Assert.Single(_spans).GetTagItem("replicated_ds.keys")!;
        Assert.Equal(8, keys.Length);
        Assert.All(keys, key => Assert.Equal(129, key.Length));
    }

    [Fact]
    public void Write_WithoutATrace_HasNoSpan()
    {
        Tracer(2).Observe([new ReplicaEvent(ReplicaEventKind.Write) { Update = Update(2, 17, "x") with { Trace = null } }], Now, Members());
        Assert.Empty(_spans);
    }

    [Fact]
    public void Buffering_IsASpanAtOnceWithWhatIsMissing()
    {
        var buffered = new ReplicaEvent(ReplicaEventKind.Buffer) { Update = Update(2, 1, "y"), Peer = new ReplicaId(2), Missing = [new Dot(1, 1), new Dot(1, 2)] };
        Tracer(3).Observe([buffered], Now, Members());
        var span = Assert.Single(_spans);
        Assert.Equal("buffer update", span.OperationName);
        Assert.Equal(Step.UtcDateTime, span.StartTimeUtc);
        Assert.InRange(span.Duration, TimeSpan.Zero, TimeSpan.FromTicks(1)); // The runtime's shortest span.
        Assert.Equal("1#1 1#2", span.GetTagItem("replicated_ds.missing"));
        Assert.Equal(("2#1", 3, 2), (span.GetTagItem("replicated_ds.dot"), span.GetTagItem("replicated_ds.replica"), span.GetTagItem("replicated_ds.peer")));
    }

    [Fact]
    public void Apply_AfterAWait_WaitsUntilItsStepAndIsVisibleAtItsPublication()
    {
        var arrived = new Instant(Now.UnixMicroseconds - 800_000, Now.MonotonicMicroseconds - 800_000);
        var applied = new ReplicaEvent(ReplicaEventKind.Apply) { Update = Update(2, 1, "y"), ArrivedAt = arrived, Missing = [new Dot(1, 1)] };
        Tracer(3).Observe([applied], Now, Members());
        var wait = _spans.Single(span => span.OperationName == "wait for dependencies");
        var apply = _spans.Single(span => span.OperationName == "apply update");
        Assert.Equal((TimeSpan.FromMilliseconds(800), TimeSpan.FromMilliseconds(803)), (wait.Duration, apply.Duration));
        Assert.Equal(apply.SpanId, wait.ParentSpanId);
        Assert.Equal("replica-3", apply.GetTagItem("replicated_ds.replica_name"));
        Assert.Equal(["y"], (string[])apply.GetTagItem("replicated_ds.keys")!);
        Assert.Equal(1_767_261_599_000L, apply.GetTagItem("replicated_ds.written_ms"));
    }

    // Publication is three milliseconds after the step.
    private static PropagationTracer Tracer(int id) => new(new ReplicaId(id), new StoppedTime(Step.AddMilliseconds(3)));

    private static MemberTable Members() => MemberTable.Of(
    [
        .. Enumerable.Range(1, 3).Select(id => new Member(
            new ReplicaId(id), default, $"replica-{id}", "", "", MemberStatus.Active, new Dot(1, id), VectorClock.Empty)),
        new Member(new ReplicaId(4), default, "replica-4", "", "", MemberStatus.Departed, new Dot(1, 4), VectorClock.Empty),
    ]);

    private ActivityContext Context() => Traces.ToActivityContext(new TraceContext(_traceId, 9, 1));

    private Update Update(int replica, long counter, params string[] keys) => new(
        new Dot(replica, counter),
        VectorClock.Empty,
        HybridTimestamp.FromMilliseconds(1_767_261_599_000),
        [.. keys.Select(key => new SetOperation(key, default, null))],
        new TraceContext(_traceId, 9, 1));

    private sealed class StoppedTime(DateTimeOffset at) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => at;
    }
}
