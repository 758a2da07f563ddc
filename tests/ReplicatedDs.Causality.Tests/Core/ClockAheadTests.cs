using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;

namespace ReplicatedDs.Causality.Tests.Core;

/// <summary>A replica whose clock is far ahead of the others' refuses its own writes.</summary>
public class ClockAheadTests
{
    private readonly TestReplica _one = new(1, TestReplica.ClusterOf(4));

    [Fact]
    public void Write_AtAReplicaFarAheadOfMost_IsRefusedUntilItsClockIsRight()
    {
        Hear(2, behindMs: 8_000);
        Hear(3, behindMs: 9_000);
        Hear(4, behindMs: 0);
        Assert.Equal(RefusalReason.ClockAhead, _one.Ask<Refused>(Set).Reason);
        Assert.Equal("The clock of replica 1 is 8 s ahead of the others': they would keep its writes waiting. Set the clock right.", _one.Ask<Refused>(Set).Detail);

        _one.Unix -= 8_000_000;
        Hear(2, behindMs: 0);
        Hear(3, behindMs: 1_000);
        _one.Ask<Written>(Set);
    }

    [Fact]
    public void Write_WhereOnlyOnePeerIsFarBehind_IsTaken()
    {
        Hear(2, behindMs: 3_600_000);
        Hear(3, behindMs: 10);
        Hear(4, behindMs: 20);
        _one.Ask<Written>(Set);
    }

    [Fact]
    public void Write_AfterOneHeartbeatThatWasLateOnTheWay_IsTaken()
    {
        foreach (var peer in (int[])[2, 3, 4])
        {
            Hear(peer, behindMs: 5);
            Hear(peer, behindMs: 20_000);
        }

        _one.Ask<Written>(Set);
    }

    private static WriteRequest Set(object? tag) => new(tag, [TestReplica.Set("x", "1")], []);

    private void Hear(int peer, long behindMs) =>
        _one.Receive(peer, new Heartbeat(_one.State.Delivered, false) { SentAtMs = (_one.Unix / 1000) - behindMs });
}
