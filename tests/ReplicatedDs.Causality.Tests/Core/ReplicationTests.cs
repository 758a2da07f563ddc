using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;

namespace ReplicatedDs.Causality.Tests.Core;

/// <summary>The streams between replicas: cursors, acknowledgements, resends, links with faults, and repair from others.</summary>
public class ReplicationTests
{
    private readonly TestReplica _one = new(1, TestReplica.ClusterOf(3));
    private readonly TestReplica _two = new(2, TestReplica.ClusterOf(3));
    private readonly TestReplica _three = new(3, TestReplica.ClusterOf(3));
    private readonly VectorClock _start = TestReplica.ClusterOf(3).Delivered;

    [Fact]
    public void Write_WithAReachablePeer_IsSentAtOnceAndOnlyOnce()
    {
        _one.Hear(2, _start);
        var x = _one.Write("x", "1");
        Assert.Equal([x.Dot], TestReplica.Sent(_one.Output.Messages, to: 2));
        Assert.Empty(TestReplica.Sent(_one.Output.Messages, to: 3)); // never heard of
        Assert.Empty(TestReplica.Sent(_one.Pass(300, () => _one.Hear(2, _start)), to: 2));
    }

    [Fact]
    public void Write_ThatIsNotAcknowledged_IsSentAgain()
    {
        _one.Hear(2, _start);
        var x = _one.Write("x", "1");
        Assert.Contains(x.Dot, TestReplica.Sent(_one.Pass(700, () => _one.Hear(2, _start)), to: 2));
        _one.Hear(2, x.Clock);
        Assert.Empty(TestReplica.Sent(_one.Pass(3000, () => _one.Hear(2, x.Clock)), to: 2));
    }

    [Fact]
    public void Write_ToAPeerThatIsSilent_WaitsForItsReturn()
    {
        _one.Hear(2, _start);
        _one.Pass(4000);
        var x = _one.Write("x", "1");
        Assert.Empty(TestReplica.Sent(_one.Output.Messages.Concat(_one.Pass(5000)), to: 2));
        _one.Hear(2, _start);
        Assert.Equal([x.Dot], TestReplica.Sent(_one.Output.Messages, to: 2));
    }

    [Fact]
    public void SendFailed_OfAnUpdate_IsTriedAgainAfterAPause()
    {
        _one.Hear(2, _start);
        var x = _one.Write("x", "1");
        _one.Step(new SendFailed(new ReplicaId(2)));
        Assert.Empty(TestReplica.Sent(_one.Output.Messages, to: 2));
        Assert.Equal([x.Dot], TestReplica.Sent(_one.Pass(300), to: 2));
    }

    [Fact]
    public void Window_WhenFull_WaitsForAcknowledgements()
    {
        var one = new TestReplica(1, TestReplica.ClusterOf(3), settings => settings with { WindowMax = 4, RangeMax = 3 });
        one.Hear(2, _start);
        var first = _start[new ReplicaId(1)] + 1;
        var sent = Enumerable.Range(0, 10).SelectMany(i =>
        {
            one.Write("x", $"{i}");
            return TestReplica.Sent(one.Output.Messages, to: 2);
        }).ToList();
        Assert.Equal(Enumerable.Range((int)first, 4).Select(n => new Dot(1, n)), sent);
        one.Hear(2, _start.With(new Dot(1, first + 1)));
        Assert.Equal([new Dot(1, first + 4), new Dot(1, first + 5)], TestReplica.Sent(one.Output.Messages, to: 2));
        Assert.All(one.Output.Messages.Select(message => message.Message).OfType<UpdateRange>(), range => Assert.InRange(range.Last - range.First, 0, 2));
    }

    [Fact]
    public void Hold_OfALink_KeepsUpdatesBackAndSaysSo()
    {
        _one.Hear(2, _start);
        _one.Hear(3, _start);
        _one.Ask<LinksChanged>(tag => new SetLinkRequest(tag, new ReplicaId(3), new LinkFault(LinkMode.Hold)));
        Assert.Contains(_one.Output.Messages, message => message.To.Value == 3 && message.Message is Heartbeat { Paused: true });
        var updates = Enumerable.Range(0, 3).Select(i =>
        {
            var update = _one.Write("x", $"{i}");
            Assert.Equal([update.Dot], TestReplica.Sent(_one.Output.Messages, to: 2));
            Assert.Empty(TestReplica.Sent(_one.Output.Messages, to: 3));
            return update;
        }).ToList();
        Assert.Equal(3, _one.Core.Links(_one.Now).Single(link => link.Peer.Value == 3).Queued);

        var links = _one.Ask<LinksChanged>(tag => new ReleaseLinkRequest(tag, new ReplicaId(3), 1));
        Assert.Equal([updates[0].Dot], TestReplica.Sent(_one.Output.Messages, to: 3));
        Assert.Equal(LinkMode.Hold, links.Links.Single(link => link.Peer.Value == 3).Fault.Mode);

        _one.Ask<LinksChanged>(tag => new HealLinksRequest(tag));
        Assert.Equal([updates[1].Dot, updates[2].Dot], TestReplica.Sent(_one.Output.Messages, to: 3));
        Assert.Contains(_one.Output.Messages, message => message.To.Value == 3 && message.Message is Heartbeat { Paused: false });
    }

    [Fact]
    public void Hold_WhenItExpires_LetsEverythingPass()
    {
        _one.Hear(3, _start);
        _one.Ask<LinksChanged>(tag => new SetLinkRequest(tag, new ReplicaId(3), new LinkFault(LinkMode.Hold, ExpiresInMs: 1000)));
        var x = _one.Write("x", "1");
        Assert.Empty(TestReplica.Sent(_one.Pass(900, () => _one.Hear(3, _start)), to: 3));
        Assert.Contains(x.Dot, TestReplica.Sent(_one.Pass(200, () => _one.Hear(3, _start)), to: 3));
    }

    [Fact]
    public void Delay_OfALink_SendsLate()
    {
        _one.Hear(3, _start);
        _one.Ask<LinksChanged>(tag => new SetLinkRequest(tag, new ReplicaId(3), new LinkFault(LinkMode.Delay, DelayMs: 400)));
        var x = _one.Write("x", "1");
        Assert.Empty(TestReplica.Sent(_one.Output.Messages.Concat(_one.Pass(380, () => _one.Hear(3, _start))), to: 3));
        Assert.Equal([x.Dot], TestReplica.Sent(_one.Pass(100, () => _one.Hear(3, _start)), to: 3));
    }

    [Fact]
    public void Drop_OfEveryMessage_LetsNothingPass()
    {
        _one.Hear(3, _start);
        _one.Ask<LinksChanged>(tag => new SetLinkRequest(tag, new ReplicaId(3), new LinkFault(LinkMode.Drop)));
        _one.Write("x", "1");
        Assert.Contains(_one.Events(ReplicaEventKind.Drop), one => one.Dot == _one.Log[^1].Dot && one.Peer == new ReplicaId(3));
        Assert.DoesNotContain(_one.Output.Messages.Concat(_one.Pass(2000, () => _one.Hear(3, _start))), message => message.To.Value == 3);
    }

    [Fact]
    public void SetLink_OfAnUnknownPeer_IsRefused()
    {
        Assert.Equal(RefusalReason.UnknownPeer, _one.Ask<Refused>(tag => new SetLinkRequest(tag, new ReplicaId(9), LinkFault.None)).Reason);
        Assert.Equal(RefusalReason.UnknownPeer, _one.Ask<Refused>(tag => new ReleaseLinkRequest(tag, new ReplicaId(1), 1)).Reason);
    }

    [Fact]
    public void Repair_WhileTheOriginHoldsItsUpdates_NeitherAsksNorAccepts()
    {
        var x = _one.Write("x", "1");
        var asked = _three.Pass(5000, () =>
        {
            _three.Hear(1, _start, paused: true);
            _three.Hear(2, x.Clock);
        });
        Assert.DoesNotContain(asked, message => message.Message is PullRequest);
        _three.Repair(2, x);
        Assert.Null(_three.Read("x"));
        Assert.Single(_three.Events(ReplicaEventKind.Drop));
    }

    [Fact]
    public void Repair_WhenTheOriginFallsSilent_AsksSomebodyWhoHasIt()
    {
        var x = _one.Write("x", "1");
        _three.Hear(1, _start, paused: true);
        var early = _three.Pass(900, () => _three.Hear(2, x.Clock));
        Assert.DoesNotContain(early, message => message.Message is PullRequest);
        var asked = _three.Pass(500, () => _three.Hear(2, x.Clock));
        var pull = Assert.Single(asked, message => message.Message is PullRequest);
        Assert.Equal(2, pull.To.Value);
        Assert.Equal((x.Origin, x.Dot.Counter), (((PullRequest)pull.Message).Origin, ((PullRequest)pull.Message).First));
        _three.Repair(2, x);
        Assert.Equal("1", _three.Read("x"));
    }

    [Fact]
    public void Repair_WhenTheOriginIsThereButStalled_AsksAfterThePatience()
    {
        var x = _one.Write("x", "1");
        void Hear()
        {
            _three.Hear(1, _start);
            _three.Hear(2, x.Clock);
        }

        Assert.DoesNotContain(_three.Pass(900, Hear), message => message.Message is PullRequest);
        Assert.Contains(_three.Pass(300, Hear), message => message.Message is PullRequest);
    }

    /// <summary>One whose line is whole again may be heard long before it hears this replica.</summary>
    [Fact]
    public void Repair_WhenTheOriginIsBackFromSilence_AsksElsewhereUntilItSends()
    {
        var (x, y) = (_one.Write("x", "1"), _one.Write("y", "1"));
        _three.Hear(1, _start);
        _three.Pass(2000, () => _three.Hear(2, _start));
        _three.Hear(1, _start);
        _three.Hear(2, x.Clock);
        Assert.Contains(_three.Output.Messages, message => message.To.Value == 2 && message.Message is PullRequest);
        _three.Receive(x);
        _three.Hear(2, y.Clock);
        Assert.DoesNotContain(_three.Pass(900, () => _three.Hear(1, _start)), message => message.Message is PullRequest);
    }

    [Fact]
    public void Repair_AfterACompleteAnswer_AsksForTwiceAsMuch()
    {
        var three = new TestReplica(3, TestReplica.ClusterOf(3), settings => settings with { RangeMax = 2 });
        var updates = Enumerable.Range(0, 12).Select(i => _one.Write("x", $"{i}")).ToArray();
        var asked = new List<int>();
        var given = 0;
        three.Pass(1500);
        three.Hear(2, updates[^1].Clock);
        while (three.Output.Messages.Select(message => message.Message).OfType<PullRequest>().SingleOrDefault() is { } pull)
        {
            Assert.Equal(updates[given].Dot.Counter, pull.First);
            asked.Add(pull.Count);
            var answer = updates.Skip(given).Take(pull.Count).ToArray();
            given += answer.Length;
            three.Repair(2, answer);
        }

        Assert.Equal([2, 4, 8], asked);
        Assert.Equal("11", three.Read("x"));
    }

    [Fact]
    public void Resend_OfALongStream_IsOfFewUpdatesUntilThereIsAnAnswer()
    {
        var one = new TestReplica(1, TestReplica.ClusterOf(3), settings => settings with { RangeMax = 2 });
        one.Hear(2, _start);
        var updates = Enumerable.Range(0, 20).Select(i => one.Write("x", $"{i}")).ToArray();
        Assert.Equal(updates[..2].Select(update => update.Dot), TestReplica.Sent(one.Pass(600, () => one.Hear(2, _start)), to: 2));
        one.Hear(2, updates[1].Clock);
        Assert.Equal(updates[2..6].Select(update => update.Dot), TestReplica.Sent(one.Output.Messages, to: 2));
        one.Hear(2, updates[5].Clock);
        Assert.Equal(updates[6..14].Select(update => update.Dot), TestReplica.Sent(one.Output.Messages, to: 2));
    }

    [Fact]
    public void Pull_OfUpdatesThatAreHere_IsAnsweredWithARange()
    {
        var (x, y) = (_one.Write("x", "1"), _one.Write("y", "1"));
        _two.Receive(x, y);
        _two.Receive(3, new PullRequest(new ReplicaId(1), x.Dot.Counter, 100));
        var range = Assert.Single(_two.Output.Messages.Select(message => message.Message).OfType<UpdateRange>());
        Assert.Equal(new UpdateRange(x.Origin, TestReplica.Incarnation(1), x.Dot.Counter, y.Dot.Counter, true), range);
    }

    [Theory]
    [InlineData(1, 100L)]
    [InlineData(1, 0L)]
    [InlineData(1, -4L)]
    [InlineData(9, 1L)]
    [InlineData(2, 1L)]
    public void Pull_OfWhatIsNotHere_IsNotAnswered(int origin, long first)
    {
        _two.Receive(3, new PullRequest(new ReplicaId(origin), first, 10));
        Assert.Empty(_two.Output.Messages.Select(message => message.Message).OfType<UpdateRange>());
    }

    [Fact]
    public void Heartbeat_ThatKnowsLaterUpdatesOfThisReplica_StopsItsWrites()
    {
        _one.Hear(2, _start.With(new Dot(1, _start[new ReplicaId(1)] + 3)));
        var refused = _one.Ask<Refused>(tag => new WriteRequest(tag, [TestReplica.Set("x", "1")], []));
        Assert.Equal(RefusalReason.OlderCopy, refused.Reason);
        Assert.Empty(_one.Output.Append);
    }

    [Fact]
    public void Stable_OfRows_IsTheirMinimumOnceTheRowsCount()
    {
        var x = _one.Write("x", "1");
        Assert.False(_one.Core.Stable.Covers(x.Dot));
        _one.Hear(2, x.Clock);
        _one.Pass(300);
        Assert.False(_one.Core.Stable.Covers(x.Dot));
        _one.Hear(3, x.Clock);
        _one.Pass(300);
        Assert.True(_one.Core.Stable.Covers(x.Dot));
    }

    [Fact]
    public void Stable_WhileARowCountsUpdatesThatAreNotHere_DoesNotUseIt()
    {
        // 2 wrote y before it had x. 1 hears of x at 2 together with y, which it lacks: y is concurrent to x, so x is not stable here.
        var y = _two.Write("y", "1");
        var x = _one.Write("x", "1");
        _one.Hear(2, x.Clock.With(y.Dot));
        _one.Hear(3, x.Clock);
        _one.Pass(300);
        Assert.False(_one.Core.Stable.Covers(x.Dot));
        _one.Receive(y);
        _one.Pass(300);
        Assert.True(_one.Core.Stable.Covers(x.Dot));
    }

    [Fact]
    public void Stable_AfterAStart_ClaimsNoMoreThanTheMembersFloors()
    {
        // 1 admitted 3 at a clock that 2 may not have reached: what a joiner certainly holds is not what the others hold.
        var x = _one.Write("x", "1");
        _one.Ask<Admitted>(tag => new JoinRequest(tag, TestReplica.Admission(4)));
        var joiner = new TestReplica(4, _one.State);
        Assert.False(joiner.Core.Stable.Covers(x.Dot));
    }
}
