using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Replication;

namespace ReplicatedDs.Causality.Tests.Replication;

public sealed class PeerLinkTests
{
    private static readonly ReplicaId Self = new(1);

    private readonly PeerLink _link = new(new ReplicaId(2), VectorClock.Empty, now: 0);

    [Fact]
    public void RoundTrip_OfAnUpdateThatWasSentAgainBeforeItsAnswerCame_IsThatOfTheFirstCopy()
    {
        SentTwice(10, again: 500_000);
        Answered(10, now: 700_000);
        Assert.Equal(700_000, _link.RoundTrip);
    }

    [Fact]
    public void RoundTrip_AfterALoss_CountsAsOneSecondAtMostAndComesDownAgain()
    {
        SentTwice(10, again: 3_600_000_000);
        Answered(10, now: 3_600_010_000);
        Assert.Equal(1_000_000, _link.RoundTrip);
        for (var n = 11; n < 60; n++)
        {
            _link.SendUpTo(n, now: 0);
            Answered(n, now: 10_000);
        }

        Assert.InRange(_link.RoundTrip, 10_000, 20_000);
    }

    [Fact]
    public void RoundTrip_OfAnUpdateThatWasNeverDurable_IsForgotten()
    {
        _link.SendUpTo(10, now: 0);
        _link.RollBack(9);
        _link.SendUpTo(10, now: 400_000);
        Answered(10, now: 500_000);
        Assert.Equal(100_000, _link.RoundTrip);
    }

    private void SentTwice(long counter, long again)
    {
        _link.SendUpTo(counter, now: 0);
        _link.SendAgainFrom(0);
        _link.SendUpTo(counter, again);
    }

    private void Answered(long counter, long now) => _link.Announce(new Heartbeat(VectorClock.Of((Self.Value, counter)), Paused: false), Self, VectorClock.Empty, now);
}
