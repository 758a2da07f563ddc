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

    private static Update Update(Operation[] operations) =>
        new(new Dot(1, 5), VectorClock.Of((1, 4), (2, 3)), new HybridTimestamp(7), [.. operations]);
}
