using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Tests.Telemetry;

public sealed class EventRingTests
{
    [Fact]
    public async Task Event_OfALargeUpdate_KeepsItsKeysAndClockButNoValues()
    {
        var ring = new EventRing();
        var update = Update([.. Enumerable.Range(0, 100).Select(i => new SetOperation($"k{i}", new byte[1000], "text/plain"))]);
        ring.Add(1, new ReplicaEvent(ReplicaEventKind.Apply) { Update = update });

        var kept = Assert.Single((await ring.ReadAsync(0, new StampedEvent[10], default)).Events).Event;

        Assert.Equal(update.Dot, kept.Dot);
        Assert.Equal(update.Dependencies, kept.Update!.Dependencies);
        Assert.Equal(Enumerable.Range(0, 32).Select(i => $"k{i}"), kept.Update.Keys);
        Assert.All(kept.Update.Operations, operation => Assert.True(((SetOperation)operation).Value.IsEmpty));
    }

    [Fact]
    public async Task Event_OfASmallUpdate_IsKeptAsItIs()
    {
        var ring = new EventRing();
        var update = Update([new SetOperation("k", new byte[8], null)]);
        ring.Add(1, new ReplicaEvent(ReplicaEventKind.Write) { Update = update });
        Assert.Same(update, Assert.Single((await ring.ReadAsync(0, new StampedEvent[10], default)).Events).Event.Update);
    }

    [Fact]
    public async Task Reads_ThatNobodyFollows_AreToldUpToAThousandInASecondAndAllCounted()
    {
        const int Reads = 100_000;
        var ring = new EventRing(2 * Reads);
        Read(ring, 1000);
        Assert.Equal(1000, ring.Last);
        Read(ring, Reads - 1000);
        Assert.True(ring.Last < Reads, $"{ring.Last} reads were told.");
        Assert.Equal(Reads, ring.Count(ReplicaEventKind.Read));

        var told = ring.Last;
        await ring.ReadAsync(0, new StampedEvent[10], default);
        Read(ring, Reads);
        Assert.Equal(told + Reads, ring.Last);
        Assert.Equal(2 * Reads, ring.Count(ReplicaEventKind.Read));
    }

    private static void Read(EventRing ring, int times)
    {
        for (var i = 0; i < times; i++)
        {
            ring.AddRead(TimeProvider.System, "k", new Dot(1, 1));
        }
    }

    private static Update Update(Operation[] operations) =>
        new(new Dot(1, 5), VectorClock.Of((1, 4), (2, 3)), new HybridTimestamp(7), [.. operations]);
}
