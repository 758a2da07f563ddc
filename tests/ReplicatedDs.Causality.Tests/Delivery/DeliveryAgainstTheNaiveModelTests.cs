using FsCheck;
using FsCheck.Fluent;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Tests.Core;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Tests.Delivery;

/// <summary>The indexed buffer against the quadratic scan: keep everything that came, and deliver whatever can be, until nothing can.</summary>
public class DeliveryAgainstTheNaiveModelTests
{
    [Fact]
    public void Deliver_OfAnyCausalHistoryInAnyOrderWithDuplicates_DoesAsTheNaiveScanDoes() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), Run));

    private static void Run(int seed)
    {
        var random = new Random(seed);
        var writers = Enumerable.Range(1, 4).Select(id => new TestReplica(id, TestReplica.ClusterOf(5))).ToList();
        var updates = Write(writers, random);
        var arrivals = updates.Concat(updates.Where(_ => random.Next(4) == 0)).ToArray();
        random.Shuffle(arrivals);

        var reader = new TestReplica(5, TestReplica.ClusterOf(5));
        var delivered = reader.State.Delivered;
        var waiting = new List<Update>();
        var applied = new List<Update>();
        foreach (var update in arrivals)
        {
            reader.Receive(update);

            // What is counted as prevented: a store that applies on arrival would show it to readers now.
            foreach (var buffered in reader.Output.Events.Where(one => one.Kind == ReplicaEventKind.Buffer))
            {
                Assert.Equal(update.Dot, buffered.Dot);
                Assert.Equal(IsNewest(update, applied), buffered.WouldBeVisible);
            }

            if (!delivered.Covers(update.Dot) && !waiting.Exists(one => one.Dot == update.Dot))
            {
                waiting.Add(update);
            }

            var expected = new List<Dot>();
            while (waiting.Find(one => IsReady(one, delivered)) is { } ready)
            {
                waiting.Remove(ready);
                applied.Add(ready);
                delivered = delivered.With(ready.Dot);
                expected.Add(ready.Dot);
            }

            Assert.Equal(expected.Order(), reader.Output.Append.Select(one => one.Dot).Order());
            Assert.Equal(delivered, reader.State.Delivered);
            Assert.Equal(waiting.Select(one => one.Dot).Order(), reader.Core.Pending().Select(one => one.Update.Dot));
            foreach (var pending in reader.Core.Pending())
            {
                Assert.Equal(Missing(pending.Update, delivered), pending.Missing.AsEnumerable());
            }
        }

        Assert.Empty(waiting);
    }

    private static List<Update> Write(List<TestReplica> writers, Random random)
    {
        var updates = new List<Update>();
        for (var i = 0; i < 40; i++)
        {
            var writer = writers[random.Next(writers.Count)];
            foreach (var update in updates.Where(one => one.Origin != writer.Id && random.Next(3) == 0))
            {
                writer.Receive(update); // delivered or left waiting there, as it happens
            }

            updates.Add(writer.Write($"k{random.Next(3)}", $"{i}"));
        }

        return updates;
    }

    private static bool IsNewest(Update update, List<Update> applied) =>
        update.Keys.Any(key => applied.Where(one => one.Keys.Contains(key)).All(one => (one.Timestamp, one.Dot).CompareTo((update.Timestamp, update.Dot)) < 0));

    private static bool IsReady(Update update, VectorClock delivered) =>
        update.Dot.Counter == delivered[update.Origin] + 1 && update.Dependencies.All(needed => delivered[needed.Replica] >= needed.Counter);

    private static IEnumerable<Dot> Missing(Update update, VectorClock delivered) =>
        from needed in update.Dependencies
        from counter in Enumerable.Range(1, (int)needed.Counter)
        where counter > delivered[needed.Replica]
        select new Dot(needed.Replica, counter);
}
