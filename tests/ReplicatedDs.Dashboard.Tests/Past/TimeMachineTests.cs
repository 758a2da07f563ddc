using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Configuration;
using ReplicatedDs.Dashboard.History;
using ReplicatedDs.Dashboard.Past;
using ReplicatedDs.Dashboard.Tests.Causality;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Tests.Past;

public sealed class TimeMachineTests
{
    private const int Replicas = 4;
    private const long Begin = 1_700_000_000_000_000;

    private readonly ClusterStore _store;
    private readonly EventLog _log;
    private readonly TimeMachine _machine;

    public TimeMachineTests() => (_log, _store, _machine) = Make(100_000);

    [Fact]
    public void At_RandomHistories_EqualsAReplayOfItsOwn()
    {
        for (var seed = 0; seed < 12; seed++)
        {
            var history = RandomHistory.Make(seed, Replicas, steps: 4_000);
            var (log, _, machine) = Make(100_000);
            Feed(log, machine, history);
            var random = new Random(seed);
            foreach (var n in Enumerable.Range(0, 40).Select(_ => random.Next(0, history.Count + 1)).Concat([0, 1, 999, 1000, 1001, history.Count]))
            {
                AssertSame(Replay.Of(history.Take(n)), machine.At(n)!, $"seed {seed}, event {n}");
            }
        }
    }

    [Fact]
    public void At_LogThatHasGoneOn_IsStillTheStateOfTheWholeHistory_AndSaysHowFarItReaches()
    {
        var history = RandomHistory.Make(7, Replicas, steps: 9_000);
        var (log, _, machine) = Make(3_000);
        Feed(log, machine, history);
        var oldest = machine.Read(0, 0).Oldest;
        Assert.InRange(oldest.N, history.Count - 3_000, history.Count - 3_000 + TimeMachine.Interval);
        Assert.Equal(oldest, machine.At(1)!.Moment);
        Assert.Equal(oldest.N, machine.Find(Begin).N);
        for (var n = oldest.N; n <= history.Count; n += 137)
        {
            AssertSame(Replay.Of(history.Take((int)n)), machine.At(n)!, $"event {n}");
        }
    }

    [Fact]
    public void Add_FeedByFeed_PutsNoEffectBeforeItsCause()
    {
        for (var seed = 0; seed < 12; seed++)
        {
            // Times are as coarse as a millisecond, and each replica's feed comes as a whole.
            var history = RandomHistory.Make(seed, Replicas, steps: 800).Select(one => one with { T = one.T / 5_000 * 5_000 }).ToList();
            var (log, _, machine) = Make(100_000);
            foreach (var one in history.OrderByDescending(one => one.Replica).ThenBy(one => one.N))
            {
                log.Append(one);
            }

            machine.Add(log.ReadAfter(0, history.Count));
            var ordered = machine.EventsUpTo(history.Count, history.Count);
            var written = new HashSet<string>();
            foreach (var one in ordered)
            {
                Assert.True(one.Kind is not ("Apply" or "Buffer") || written.Contains(one.Dot!), $"Seed {seed}: {one.Kind} of {one.Dot} comes before its write.");
                if (one.Kind == "Write")
                {
                    written.Add(one.Dot!);
                }
            }

            for (var id = 1; id <= Replicas; id++)
            {
                Assert.Equal(history.Where(one => one.Replica == id).Select(one => (one.Kind, one.Dot)), ordered.Where(one => one.Replica == id).Select(one => (one.Kind, one.Dot)));
            }

            AssertSame(Replay.Of(ordered.Take(700)), machine.At(700)!, $"seed {seed}");
        }
    }

    [Fact]
    public void At_SameMoment_IsDerivedOnce()
    {
        Feed(_log, _machine, RandomHistory.Make(3, Replicas));
        Assert.Same(_machine.At(100), _machine.At(100));
    }

    [Fact]
    public void Find_AnyTime_IsTheLastMomentThatIsNotLater()
    {
        // Clocks of several replicas: what one reports may be earlier than what another reported before.
        var random = new Random(5);
        var history = RandomHistory.Make(5, Replicas, steps: 3_000).Select(one => one with { T = one.T - random.Next(0, 5_000) }).ToList();
        Feed(_log, _machine, history);
        var ordered = _machine.EventsUpTo(history.Count, history.Count);
        Assert.Equal(history.Count, ordered.Count);
        for (var t = Begin - 10_000; t < history[^1].T + 10_000; t += 91_000)
        {
            var expected = ordered.TakeWhile(one => one.T <= t).Count();
            Assert.Equal(expected, _machine.Find(t).N);
        }
    }

    [Fact]
    public void Resolve_NameOfAMoment_IsThatMoment_AndOfAnotherProcess_IsItsTime()
    {
        Feed(_log, _machine, RandomHistory.Make(2, Replicas));
        var moment = _machine.At(77)!.Moment;
        Assert.Equal(moment, _machine.Resolve(moment.Name));
        Assert.Equal(77, _machine.Resolve((moment with { N = 5_000 }).Name)!.N);
        Assert.Equal(77, _machine.Resolve(moment.Name.Split('~')[0])!.N);
        Assert.Null(_machine.Resolve("yesterday"));
    }

    [Fact]
    public void At_FaultsAndEnds_AreThoseOfTheMoment()
    {
        Append(1, "LinkChanged", peer: 3, detail: "held");
        Append(1, "LinkChanged", peer: 2, detail: "delayed by 200 to 350 ms");
        Append(2, "LinkChanged", peer: 1, detail: "drops 30 % of the messages");
        Append(1, "Write", "1#1");
        Append(2, "Apply", "1#1");
        Append(2, "Write", "2#1", deps: VectorClock.Of((1, 1)));
        Append(3, "Buffer", "2#1", missing: ["1#1"]);
        Append(2, "Kill", detail: "process 12 is gone");
        Append(2, "Restart", detail: "boot 2");
        Append(1, "LinkChanged", peer: 3, detail: "healed");
        Append(3, "Apply", "1#1");
        Append(3, "Apply", "2#1");

        var waiting = _machine.At(7)!.View;
        Assert.Equal(["held", "delayed 200 ± 150 ms", "dropping 30 %"], waiting.Links.Where(link => link.IsFaulty).OrderBy(link => (link.From, -link.To)).Select(link => link.Word));
        var update = Assert.Single(waiting.Replicas[2].Pending);
        Assert.Equal(("2#1", "1#1", "link r1→r3 is held, 1 queued"), (update.Dot, Assert.Single(update.Missing), update.Why));
        Assert.Equal(2, waiting.Replicas[2].Behind);
        Assert.Equal(1, waiting.Prevented);

        var dead = _machine.At(8)!.View;
        Assert.Equal(ReplicaStates.Killed, dead.Replicas[1].State);
        Assert.DoesNotContain(dead.Links, link => link is { From: 2, IsFaulty: true });
        Assert.Equal(ReplicaStates.Running, _machine.At(9)!.View.Replicas[1].State);

        var healed = _machine.At(12)!.View;
        Assert.Equal((0, 0), (healed.Pending, healed.Links.Count(link => link is { From: 1, To: 3, IsFaulty: true })));
    }

    [Fact]
    public void At_BeforeAReplicaToldOfAnOrigin_ItsNextUpdateTellsWhatItHad()
    {
        Append(2, "Write", "2#1");
        Append(1, "Apply", "3#8");
        var view = _machine.At(1)!.View;
        Assert.Equal(7, view.Replicas[0].Clock![3]);
    }

    [Fact]
    public void Read_Gap_IsMarkedWhereItIs_AndWhatWaitsGoesOnWaiting()
    {
        Append(1, "Write", "1#1", t: Begin);
        Append(3, "Buffer", "1#1", t: Begin + 1_000_000, missing: ["2#1"]);
        Append(2, "Gap", t: Begin + 6_000_000, lost: 12);
        var strip = _machine.Read(Begin, Begin + 10_000_000);
        Assert.Equal(40, strip.Writes.Count);
        Assert.Equal(1, strip.Writes[0]);
        Assert.Equal(0, strip.Depth[3]);
        Assert.All(strip.Depth.Take(4..28), depth => Assert.Equal(1, depth));
        Assert.Equal([24], strip.Lost);
    }

    [Fact]
    public void Read_LongLog_StaysBounded()
    {
        for (var i = 0; i < 3 * Density.BinsMax; i++)
        {
            Append(1, "Write", $"1#{i + 1}", t: Begin + (i * 1_000_000L));
        }

        var strip = _machine.Read(0, 0);
        Assert.Equal(Density.ColumnsMax, strip.Writes.Count);
        Assert.Equal(3.0 * Density.BinsMax, strip.Writes.Sum(), tolerance: 5.0);
        Assert.Equal(5_000, _machine.Find(Begin + 4_999_500_000L).N);
    }

    [Fact]
    public void Versions_OfAKey_AreWhatWasVisibleThen()
    {
        var index = new UpdateIndex();
        Append(1, "Write", "1#1");
        Append(2, "Write", "2#1");
        Append(3, "Apply", "1#1");
        Append(3, "Apply", "2#1");
        Append(3, "Write", "3#1", deps: VectorClock.Of((1, 1), (2, 1)));
        IReadOnlyList<string> At(int n, int replica) => KeyPast.Versions(_log, index, _machine.At(n)!, "x")[replica];
        Assert.Empty(At(2, 3));
        Assert.Equal(["1#1"], At(3, 3));
        Assert.Equal(["2#1", "1#1"], At(4, 3));
        Assert.Equal(["3#1"], At(5, 3));
        Assert.Equal(["1#1"], At(5, 1));
    }

    private static (EventLog Log, ClusterStore Store, TimeMachine Machine) Make(int capacity)
    {
        var slots = Enumerable.Range(1, Replicas).Select(id => new ReplicaSlot($"replica-{id}", new Uri($"http://127.0.0.1:{id}"))).ToList();
        var log = new EventLog(capacity, TimeProvider.System);
        var store = new ClusterStore(new DashboardOptions(null, slots, null, null, null), log, TimeProvider.System);
        var machine = new TimeMachine(store, TimeProvider.System, capacity);
        var pictures = slots.Select((slot, i) => new SlotPicture(slot, new ResourceView(slot.Name, i + 1, 100 + i, "Running", null, null, null, null), AnsweredAt: DateTimeOffset.UnixEpoch)).ToList();
        machine.Add(ViewBuilder.Build(1, DateTimeOffset.UnixEpoch, pictures, new ControlPicture(false, false, null, null), 0));
        return (log, store, machine);
    }

    /// <summary>In batches, as the follower does: before the log overwrites what was not taken in.</summary>
    private static void Feed(EventLog log, TimeMachine machine, IReadOnlyList<EventView> history)
    {
        foreach (var part in history.Chunk(500))
        {
            var before = log.Last;
            foreach (var one in part)
            {
                log.Append(one);
            }

            machine.Add(log.ReadAfter(before, part.Length));
        }
    }

    private void Append(int replica, string kind, string? dot = null, int? peer = null, VectorClock? deps = null, string[]? missing = null, string? detail = null, long? t = null, long? lost = null) => Feed(
        _log,
        _machine,
        [
            new EventView(
                0, t ?? Begin + (_log.Last * 1_000), replica, peer, kind, dot, ["x"],
                (deps ?? VectorClock.Empty).ToDictionary(entry => entry.Replica.Value.ToString(CultureInfo.InvariantCulture), entry => entry.Counter),
                missing ?? [], missing is not null, null, detail, lost),
        ]);

    private static void AssertSame(Replay expected, PastView past, string where)
    {
        foreach (var replica in past.View.Members)
        {
            var id = replica.Id!.Value;
            var clock = expected.Clocks.GetValueOrDefault(id) ?? [];
            Assert.True(clock.OrderBy(entry => entry.Key).SequenceEqual(replica.Clock!.Where(entry => entry.Value > 0)), $"{where}: the clock of r{id} is {string.Join(' ', replica.Clock!)}, not {string.Join(' ', clock)}");
            var waits = expected.Waiting.Where(entry => entry.At == id).Select(entry => (entry.Dot, string.Join(' ', entry.Missing.Order(StringComparer.Ordinal)))).Order();
            var shown = replica.Pending.Select(update => (update.Dot, string.Join(' ', update.Missing.Order(StringComparer.Ordinal)))).Order();
            Assert.True(waits.Take(DashboardOptions.PendingShown).SequenceEqual(shown), $"{where}: at r{id} there wait {string.Join(", ", shown)}, not {string.Join(", ", waits)}");
            Assert.Equal(expected.Prevented.GetValueOrDefault(id), replica.Prevented);
        }
    }

    /// <summary>The plainest model: sets of dots, from the first event on, and nothing shared with what is tested.</summary>
    private sealed class Replay
    {
        public Dictionary<int, Dictionary<int, long>> Clocks { get; } = [];

        public List<(int At, string Dot, List<string> Missing)> Waiting { get; } = [];

        public Dictionary<int, long> Prevented { get; } = [];

        public static Replay Of(IEnumerable<EventView> events)
        {
            var replay = new Replay();
            var visible = new HashSet<(int At, string Dot)>();
            foreach (var one in events)
            {
                switch (one.Kind)
                {
                    case "Write" or "Apply":
                        visible.Add((one.Replica, one.Dot!));
                        replay.Waiting.RemoveAll(entry => entry.At == one.Replica && entry.Dot == one.Dot);
                        break;
                    case "Buffer":
                        replay.Waiting.Add((one.Replica, one.Dot!, [.. one.Missing]));
                        replay.Prevented[one.Replica] = replay.Prevented.GetValueOrDefault(one.Replica) + 1;
                        break;
                    default:
                        break;
                }
            }

            foreach (var (at, name) in visible)
            {
                var origin = int.Parse(name.Split('#')[0], CultureInfo.InvariantCulture);
                var clock = replay.Clocks.TryGetValue(at, out var known) ? known : replay.Clocks[at] = [];
                clock[origin] = clock.GetValueOrDefault(origin) + 1;
            }

            foreach (var (at, _, missing) in replay.Waiting)
            {
                missing.RemoveAll(dot => visible.Contains((at, dot)));
            }

            return replay;
        }
    }
}
