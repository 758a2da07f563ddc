using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Dashboard.Otlp.Store;
using ReplicatedDs.Dashboard.Otlp.Updates;

namespace ReplicatedDs.Dashboard.Tests.Otlp;

/// <summary>From spans to sentences.</summary>
public sealed class UpdateTraceTests
{
    private static readonly Dot X = new(1, 1);
    private static readonly Dot Y = new(2, 1);
    private static readonly Dot Z = new(2, 2);

    private readonly TraceStore _store = new();

    [Fact]
    public void Wait_Ended_IsTheCriticalPathWithItsCause()
    {
        AddXHeldTo3();
        Add(Spans.Write(2, Y, 20, "y"));
        Add(Spans.Apply(2, Y, 1, 23, 24));
        Add(Spans.Apply(2, Y, 3, 24, 821));
        Add(Spans.Wait(2, Y, 3, 24, 820, "1#1", new SpanLink(Spans.TraceId(1), X)));

        var y = _store.Find(Y)!;
        Assert.Equal(3, y.Slowest!.Replica);
        Assert.Equal(
            "r2 wrote y as r2#1. 2 of 3 replicas showed it after 4.0 ms, all 3 after 801 ms; 99 % of that r3 waited for r1#1.",
            TraceWords.Summary(y, 0));
        Assert.Equal("on its way for 3.5 ms, waited 796 ms for r1#1, then visible", TraceWords.At(y, y.Slowest, 0));
        var (cause, part) = Assert.Single(WaitChain.Behind(_store, y.Slowest));
        Assert.Equal("r1#1 (x) took 820 ms from r1 to r3", TraceWords.Way(cause, part, 3, 0));
        var blocker = Assert.Single(WaitChain.Blockers(_store, y.Slowest));
        Assert.True(blocker.EndedLast);
        Assert.Equal($"traces/{Spans.TraceId(1)}#u-1-1", blocker.Update!.Address);
        var waiter = Assert.Single(WaitChain.WaitedFor(_store, _store.Find(X)!, 20));
        Assert.Equal((Y, 3), (waiter.Update.Dot, waiter.Part.Replica));
    }

    [Theory]
    [InlineData(30_500, "r3 was started 30.5 s after the write")]
    [InlineData(-10, null)] // it ran when it was written
    [InlineData(31_000, null)] // a later start says nothing about this one
    public void Way_OfAReplicaThatCameUpLater_SaysSo(double started, string? expected)
    {
        Add(Spans.Write(1, X, 0, "x"));
        Add(Spans.Apply(1, X, 3, 30_900, 30_901));
        var x = _store.Find(X)!;

        Assert.Equal(expected, TraceWords.Late(x, x.PartAt(3)!, Spans.At(started)));
        Assert.Null(TraceWords.Late(x, x.PartAt(3)!, null));
    }

    [Fact]
    public void Wait_OnSomethingThatWaitsItself_IsFollowedToItsRoot()
    {
        AddXHeldTo3();
        Add(Spans.Write(2, Y, 20, "y"));
        Add(Spans.Apply(2, Y, 3, 24, 821));
        Add(Spans.Wait(2, Y, 3, 24, 820, "1#1"));
        Add(Spans.Write(3, Z, 30, "z"));
        Add(Spans.Apply(3, Z, 3, 33, 821.2));
        Add(Spans.Wait(3, Z, 3, 33, 821, "1#1 2#1"));

        var chain = WaitChain.Behind(_store, _store.Find(Z)!.PartAt(3)!);
        Assert.Equal([Y, X], chain.Select(step => step.Update.Dot));
        Assert.Equal([false, true], WaitChain.Blockers(_store, _store.Find(Z)!.PartAt(3)!).Select(blocker => blocker.EndedLast));
    }

    [Fact]
    public void Wait_GoingOn_IsSaidWithItsAge()
    {
        Add(Spans.Write(1, X, 0, "x"));
        Add(Spans.Apply(1, X, 2, 4, 4.5));
        Add(Spans.Write(2, Y, 20, "y"));
        Add(Spans.Apply(2, Y, 1, 23, 23.5));
        Add(Spans.Buffer(2, Y, 3, 24, "1#1"));
        var y = _store.Find(Y)!;
        var now = Spans.At(2024);
        Assert.Null(y.AtAll);
        Assert.Equal(
            "r2 wrote y as r2#1. 2 of 3 replicas showed it after 3.5 ms. It is not yet visible at r3: r3 has waited 2.0 s for r1#1 so far.",
            TraceWords.Summary(y, now));
        Assert.InRange(y.WaitShare(now), 0.99, 1);
        var (cause, part) = Assert.Single(WaitChain.Behind(_store, y.Slowest!));
        Assert.Equal("r1#1 (x), written at r1, has not arrived at r3 as far as is known here", TraceWords.Way(cause, part, 3, now));
    }

    [Fact]
    public void Spans_InAnyOrderAndTwice_GiveTheSame()
    {
        var spans = new List<StoredSpan>
        {
            Spans.Write(2, Y, 20, "y"),
            Spans.Buffer(2, Y, 3, 24, "1#1"),
            Spans.Apply(2, Y, 3, 24, 821),
            Spans.Wait(2, Y, 3, 24, 820, "1#1"),
            Spans.Apply(2, Y, 1, 23, 24),
        };
        var expected = TraceWords.Summary(UpdateProjector.Project(Spans.TraceId(2), spans).Single(), 0);
        var random = new Random(1);
        for (var i = 0; i < 50; i++)
        {
            var shuffled = spans.Concat(spans).ToArray();
            random.Shuffle(shuffled);
            Assert.Equal(expected, TraceWords.Summary(UpdateProjector.Project(Spans.TraceId(2), shuffled).Single(), 0));
        }
    }

    [Fact]
    public void Write_WhoseSpanIsMissing_IsPlacedByWhatTheOthersTell()
    {
        Add(Spans.Apply(2, Y, 3, 24, 25));
        var y = _store.Find(Y)!;
        Assert.Null(y.WriteEnd);
        Assert.Equal("2 3", string.Join(' ', y.Members));
        Assert.Equal(Spans.At(24), y.Start);
        Assert.Equal("r2 wrote it as r2#1. Both replicas showed it after 1.0 ms.", TraceWords.Summary(y, 0));
    }

    [Fact]
    public void Updates_OfOneTrace_AreTakenApart()
    {
        Add(Spans.Write(9, Z, 5, "z"));
        Add(Spans.Write(9, X, 1, "x"));
        Add(Spans.Apply(9, Z, 3, 7, 8));
        Assert.Equal([X, Z], _store.Find(Spans.TraceId(9))!.Updates.Select(update => update.Dot));
    }

    [Fact]
    public void Spans_WithNonsense_AreNoUpdates()
    {
        Add(Spans.Span(1, "a", "apply update", 0, 1, [new("replicated_ds.dot", "0#0"), new("replicated_ds.replica", 3L)]));
        Add(Spans.Span(1, "b", "apply update", 0, 1, [new("replicated_ds.dot", "1#9")]));
        Add(Spans.Span(1, "c", "wait for dependencies", 0, 1, [new("replicated_ds.missing", "x 1#0 1#2 #")], "b"));
        var update = Assert.Single(_store.Updates());
        Assert.Equal(new Dot(1, 9), update.Dot);
        Assert.Empty(update.Parts);
    }

    [Theory]
    [InlineData("x", null, null, null, 2)]
    [InlineData("nothing", null, null, null, 0)]
    [InlineData(null, "r2", null, null, 1)]
    [InlineData(null, "3", null, null, 1)]
    [InlineData(null, null, "800", null, 2)]
    [InlineData(null, null, "810", null, 1)]
    [InlineData(null, null, null, "50", 1)]
    public void Filter_Chooses(string? key, string? replica, string? min, string? share, int count)
    {
        AddXHeldTo3();
        Add(Spans.Write(2, Y, 20, "xy"));
        Add(Spans.Apply(2, Y, 3, 24, 821));
        Add(Spans.Wait(2, Y, 3, 24, 820, "1#1"));
        var filter = TraceFilter.Parse(key, replica, min, share, null, null);
        Assert.Null(filter.Problem);
        Assert.Equal(count, _store.Updates().Count(update => filter.Matches(update, Spans.At(900))));
    }

    [Fact]
    public void Filter_ThatCannotBeUsed_IsSaidAndLeftOut()
    {
        var filter = TraceFilter.Parse("k", "<b>", "much", "200", "colour", "asc");
        Assert.Equal(
            "A part of the filter is left out: '<b>' is no replica such as r2, and 'much' is no number of milliseconds, and '200' is no percentage, and the list cannot be sorted by 'colour'.",
            filter.Problem);
        Assert.Equal("traces?key=k&share=100&sort=took", filter.Address(TraceOrder.Took, false));
        Assert.Equal("traces?key=a%26b%20c&replica=r2&min=1.5&sort=key&dir=asc", TraceFilter.Parse("a&b c", "r2", "1.5", null, null, null).Address(TraceOrder.Key, true));
    }

    private void AddXHeldTo3()
    {
        Add(Spans.Write(1, X, 0, "x"));
        Add(Spans.Apply(1, X, 2, 4, 4.5));
        Add(Spans.Apply(1, X, 3, 820, 820.5));
    }

    private void Add(StoredSpan span) => Assert.True(_store.TryAdd(span, out _));
}
