using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Dashboard.Otlp;
using ReplicatedDs.Dashboard.Otlp.Store;

namespace ReplicatedDs.Dashboard.Tests.Otlp;

public sealed class TraceStoreTests
{
    [Fact]
    public void Traces_BeyondTheLimit_PushOutWholeTracesUnheardOfForLongest()
    {
        var store = new TraceStore(tracesMax: 100);
        for (var n = 1; n <= 100; n++)
        {
            Add(store, n, Spans.Write(n));
        }

        // The first one is heard of again, so the second is the oldest.
        Add(store, 1, Spans.Apply(1, at: 2));
        Add(store, 101, Spans.Write(101));
        Assert.NotNull(store.Find(Spans.TraceId(1)));
        Assert.Null(store.Find(Spans.TraceId(2)));
        Assert.Null(store.Find(new Dot(1, 2)));
        Assert.NotNull(store.Find(new Dot(1, 101)));
        Assert.Equal((100, 1), (store.Counts.WithUpdates, (int)store.Counts.Evicted));
        Assert.Equal(100, store.Updates().Count);
    }

    [Fact]
    public void Traces_WithoutAnUpdate_MakeRoomFirst()
    {
        var store = new TraceStore(tracesMax: 100);
        Add(store, 1, Spans.Write(1));
        for (var n = 1_000; n < 3_000; n++)
        {
            Add(store, n, Spans.Request);
        }

        Assert.NotNull(store.Find(Spans.TraceId(1)));
        for (var n = 2; n <= 75; n++)
        {
            Add(store, n, Spans.Write(n));
        }

        // A quarter of the room is theirs, however much is written.
        Assert.Equal((75, 25), (store.Counts.WithUpdates, store.Counts.Others));
        Assert.NotNull(store.Find(Spans.TraceId(1)));
        Add(store, 76, Spans.Write(76));
        Assert.Equal((75, 25), (store.Counts.WithUpdates, store.Counts.Others));
        Assert.Null(store.Find(Spans.TraceId(1)));
    }

    [Fact]
    public void Bytes_BeyondTheLimit_PushOutWholeTraces()
    {
        var store = new TraceStore(bytesMax: 200_000);
        for (var n = 1; n <= 1_000; n++)
        {
            Add(store, n, Spans.Write(n));
            Assert.InRange(store.Counts.Bytes, 1, 200_000);
        }

        Assert.InRange(store.Counts.WithUpdates, 50, 999);
        Assert.NotNull(store.Find(new Dot(1, 1_000)));
    }

    [Fact]
    public void Spans_OfOneTrace_AreBoundedAndTheRestIsCounted()
    {
        var store = new TraceStore();
        for (var n = 0; n < OtlpLimits.SpansPerTraceMax; n++)
        {
            Assert.True(store.TryAdd(Spans.Request(1, n), out _));
        }

        Assert.False(store.TryAdd(Spans.Request(1, 100_000), out var problem));
        Assert.Equal("beyond the 512 spans that are kept of a trace", problem);
        Assert.True(store.TryAdd(Spans.Request(1, 0), out _)); // Sent again: it is here.
        var trace = store.Find(Spans.TraceId(1))!;
        Assert.Equal((OtlpLimits.SpansPerTraceMax, 1), (trace.Spans.Count, trace.Dropped));
    }

    [Fact]
    public void Updates_AskedForAgain_AreThoseOfThen()
    {
        var store = new TraceStore();
        Add(store, 1, Spans.Write(1));
        var before = store.Updates().Single();
        Assert.Same(before, store.Updates().Single());
        Add(store, 1, Spans.Apply(1, at: 2));
        Assert.Empty(before.Parts);
        Assert.Equal([2], store.Updates().Single().Parts.Select(part => part.Replica));
    }

    private static void Add(TraceStore store, int trace, Func<int, int, StoredSpan> make) => Assert.True(store.TryAdd(make(trace, 0), out _));
}
