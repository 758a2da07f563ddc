using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Configuration;
using ReplicatedDs.Dashboard.History;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Tests.History;

public sealed class MeasuresTests
{
    private readonly UpdateIndex _index = new();
    private readonly FixedTime _time = new(Happened.Begin);
    private readonly Measures _measures;

    public MeasuresTests() => _measures = new Measures(_time);

    [Fact]
    public void Read_CountsEachEventInItsSecond()
    {
        Happen(Happened.Event("Write", 1, "1#1", 100, "x"));
        Happen(Happened.Event("Apply", 2, "1#1", 1_200, "x"));
        Happen(Happened.Event("Buffer", 3, "1#1", 1_300, "x") with { WouldBeVisible = true });
        _time.Now += TimeSpan.FromSeconds(10);
        var bins = _measures.Read(10, 1);
        Assert.Equal(1, bins[0].Writes[1]);
        Assert.Equal(1, bins[1].Applies[2]);
        Assert.Equal(1, bins[1].Prevented);
        Assert.Equal(3, bins.Sum(bin => bin.Events));
        Assert.Equal(1, Assert.Single(_measures.Read(1, 10)).Writes[1]);
    }

    [Fact]
    public void Read_WhileAShareIsTold_CountsForThoseThatAreNot()
    {
        Happen(Happened.Event("Write", 1, "1#8", 100, "x") with { Share = 8 });
        Happen(Happened.Event("Apply", 2, "1#8", 200, "x") with { Share = 8 });
        Happen(Happened.Event("Buffer", 2, "1#16", 210, "x") with { Share = 8, WouldBeVisible = true });

        // What waits for long is told in any case: it stands for itself.
        Happen(Happened.Event("Buffer", 2, "1#7", 220, "x") with { WouldBeVisible = true });
        Happen(Happened.Event("Apply", 2, "1#7", 900, "x"));
        Happen(Happened.Event("Write", 1, "1#9", 300, "x"));
        _time.Now += TimeSpan.FromSeconds(2);
        var bin = Assert.Single(_measures.Read(1, 2));
        Assert.Equal((9, 9, 9, 9), (bin.Writes[1], bin.Applies[2], bin.Buffered, bin.Prevented));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Latency_IsSplitIntoWireAndWaiting_WhateverIsHeardFirst(bool isWriteLast)
    {
        EventView[] events =
        [
            Happened.Event("Write", 1, "1#1", 0, "x"),
            Happened.Event("Apply", 2, "1#1", 4, "x"),
            Happened.Event("Buffer", 3, "1#1", 5, "x"),
            Happened.Event("Apply", 3, "1#1", 800, "x"),
        ];
        foreach (var one in isWriteLast ? events.Skip(1).Append(events[0]) : events)
        {
            Happen(one);
        }

        _time.Now += TimeSpan.FromSeconds(1);
        var latencies = Assert.Single(_measures.Read(1, 1)).Latencies;
        Assert.Equal((2, 1, 9_000, 795_000, 800_000), (latencies.Count, latencies.Waited, latencies.Wire, latencies.Waiting, latencies.Longest));
        Assert.Equal(4_096, latencies.Percentile(0.5));
        Assert.Equal(800_000, latencies.Percentile(0.99));
    }

    [Fact]
    public void Levels_OfAQuietSecond_AreThoseBeforeIt()
    {
        _measures.Add(Picture(0, 7));
        _measures.Add(Picture(2, 7));
        _measures.Add(Picture(9, 1));
        _time.Now = Happened.Begin + TimeSpan.FromSeconds(10);
        Assert.Equal([7, 7, 7, null, null, null, null, null, null, 1], _measures.Read(10, 1).Select(bin => bin.Pending.TryGetValue(1, out var level) ? level : (long?)null));
    }

    [Fact]
    public void Add_TooOldOrFarAhead_CountsForNoSecond()
    {
        _time.Now += TimeSpan.FromSeconds(Measures.SecondsKept);
        Happen(Happened.Event("Write", 1, "1#1", 0, "x"));
        Happen(Happened.Event("Write", 1, "1#2", 1000.0 * (Measures.SecondsKept + 60), "x"));
        Assert.Equal(0, _measures.Read(Measures.SecondsKept, 1).Sum(bin => bin.Events));
        Assert.Equal(2, _measures.Events);
    }

    [Fact]
    public void Percentile_OfSeveralStretches_IsThatOfTheirSum()
    {
        var (quick, slow) = (new Latencies(), new Latencies());
        for (var i = 0; i < 99; i++)
        {
            quick.Add(1_000, 0);
        }

        slow.Add(2_000_000, 1_900_000);
        quick.Add(slow);
        Assert.Equal(1_024, quick.Percentile(0.5));
        Assert.Equal(1_024, quick.Percentile(0.99));
        Assert.Equal(2_000_000, quick.Percentile(1));
        Assert.Null(new Latencies().Percentile(0.5));
    }

    private ClusterView Picture(int second, long pending)
    {
        var now = Happened.Begin + TimeSpan.FromSeconds(second);
        _time.Now = now;
        var slot = new SlotPicture(new ReplicaSlot("replica-1", new Uri("http://127.0.0.1:1")), AnsweredAt: now);
        var view = ViewBuilder.Build(1, now, [slot], new ControlPicture(false, false, null, null), 0);
        return view with { Replicas = [view.Replicas[0] with { Id = 1, Clock = new Dictionary<int, long>(), State = ReplicaStates.Running, StaleSince = null, PendingCount = pending }] };
    }

    private void Happen(EventView one) => _measures.Add(one, _index.Add(one));

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
