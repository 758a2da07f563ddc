using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Delivery;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Tests.Core;

/// <summary>Updates that cannot be what they say: two under one name (R10), and bytes that nobody can read.</summary>
public class ForkTests
{
    private readonly TestReplica _one = new(1, TestReplica.ClusterOf(3));
    private readonly TestReplica _two = new(2, TestReplica.ClusterOf(3));

    [Fact]
    public void Heartbeats_OfReplicasThatDeliveredTheSame_RaiseNoAlarm()
    {
        _two.Receive(_one.Write("x", "1"), _one.Write("y", "2"));
        _one.Receive(_two.Write("z", "3"));
        Exchange();
        Assert.Empty(_one.Core.Quarantined);
        Assert.Empty(_two.Core.Quarantined);
        Assert.NotEmpty(Announced(_two).Digests);
    }

    [Fact]
    public void Heartbeats_OfReplicasThatWereGivenDifferentUpdatesUnderOneName_PutTheirOriginInQuarantine()
    {
        _two.Receive(WrittenBy3("x", "1"));
        _one.Receive(WrittenBy3("x", "2"));
        _one.Hear(2, _two.State.Delivered);
        _one.Receive(2, Announced(_two));
        var alarm = Assert.Single(_one.Output.Alarms);
        Assert.Equal((new ReplicaId(3), new ReplicaId(2), true), (alarm.Origin, alarm.From, alarm.IsFork));

        // Nothing more of it is taken; what others write goes on.
        _one.Receive(Next(WrittenBy3("x", "2"), "y"));
        Assert.Null(_one.Read("y"));
        _one.Receive(_two.Write("z", "3") is { } dependent ? dependent with { Dependencies = dependent.Dependencies.Without(new ReplicaId(3)) } : null!);
        Assert.Equal("3", _one.Read("z"));
        Assert.Null(_one.Core.Refusal);
    }

    [Fact]
    public void Heartbeat_ThatKnowsOtherUpdatesOfThisReplica_EndsItsWrites()
    {
        _one.Write("x", "1");
        var theirs = _one.State.Delivered;
        _one.Receive(2, new Heartbeat(theirs, Paused: false) { Digests = [.. theirs.Select(_ => 7UL)] });
        Assert.Equal(RefusalReason.Forked, _one.Core.Refusal!.Reason);
        Assert.Equal(RefusalReason.Forked, _one.Ask<Refused>(tag => new WriteRequest(tag, [TestReplica.Set("x", "2")], [])).Reason);
    }

    [Fact]
    public void Heartbeat_OfAPeerThatIsBehind_IsComparedWithWhatWasDeliveredThen()
    {
        var first = WrittenBy3("x", "1");
        _two.Receive(first);
        var announced = Announced(_two);
        var other = WrittenBy3("x", "2");
        _one.Receive(other, Next(other, "y"));
        _one.Receive(2, announced);
        Assert.Equal(new ReplicaId(3), Assert.Single(_one.Core.Quarantined).Origin);
    }

    [Fact]
    public void Digests_SurviveARestart()
    {
        _one.Receive(WrittenBy3("x", "1"));
        var before = _one.State.Heads[new ReplicaId(3)];
        _one.Restart();
        Assert.Equal(before, _one.State.Heads[new ReplicaId(3)]);
        Assert.NotEqual(0UL, before.Digest);
    }

    [Fact]
    public void Digests_ThatAreUnknown_AreComparedWithNothing()
    {
        _one.Write("x", "1");
        var theirs = _one.State.Delivered;
        _one.Receive(2, new Heartbeat(theirs, Paused: false) { Digests = [.. theirs.Select(_ => 0UL)] });
        Assert.Null(_one.Core.Refusal);
    }

    [Fact]
    public void Alarm_OfAStepThatWasUndone_IsToldByTheNext()
    {
        var unreadable = new UnreadableBatch(new ReplicaId(3), TestReplica.Incarnation(3), "It makes no sense.");
        for (var failures = 0; failures < 2; failures++)
        {
            _one.Receive(3, unreadable);
            _one.Core.Rollback();
        }

        _one.Receive(3, unreadable);
        Assert.Single(_one.Output.Alarms);
        _one.Receive(3, unreadable);
        Assert.Empty(_one.Output.Alarms);
    }

    [Fact]
    public void UnreadableUpdates_WaitInQuarantineUntilTheyComeAgain()
    {
        _one.Receive(3, new UnreadableBatch(new ReplicaId(3), TestReplica.Incarnation(3), "It makes no sense."));
        Assert.Single(_one.Output.Alarms);
        _one.Receive(3, new UnreadableBatch(new ReplicaId(3), TestReplica.Incarnation(3), "It makes no sense."));
        Assert.Empty(_one.Output.Alarms);
        var quarantined = Assert.Single(_one.Core.Quarantined);
        Assert.Equal((2, false), (quarantined.Times, quarantined.IsFork));

        // Another origin is not held up; what depends on it waits, and says why.
        _one.Receive(_two.Write("z", "3"));
        Assert.Equal("3", _one.Read("z"));
        var update = WrittenBy3("x", "1");
        _two.Receive(update);
        _one.Receive(_two.Write("w", "4"));
        Assert.Equal(PendingReason.Quarantined, Assert.Single(_one.Core.Pending()).Reason);
        _one.Receive(update);
        Assert.Empty(_one.Core.Quarantined);
        Assert.Equal("4", _one.Read("w"));
    }

    [Fact]
    public void Update_ThatDependsOnWhatAnEvictionGaveUp_SaysSo()
    {
        var given = WrittenBy3("x", "1");
        _two.Receive(given);
        var orphan = _two.Write("y", "2");
        _one.Ask<Evicting>(tag => new EvictRequest(tag, new ReplicaId(3), IsForced: true));
        Assert.Equal(MemberStatus.Active, _one.State.Members.Find(new ReplicaId(3))!.Status);
        var promise = Next(orphan, [new PromiseOperation(new ReplicaId(3))], _one.State.Delivered);
        _one.Receive(new Update(new Dot(2, 1), _one.State.Delivered, orphan.Timestamp, promise.Operations));
        Assert.Equal((MemberStatus.Departed, 0), (_one.State.Members.Find(new ReplicaId(3))!.Status, _one.State.Members.Find(new ReplicaId(3))!.Final));
        _one.Receive(new Update(new Dot(2, 2), _one.State.Delivered.With(given.Dot), orphan.Timestamp, orphan.Operations));
        Assert.Equal(PendingReason.Quarantined, Assert.Single(_one.Core.Pending()).Reason);
    }

    [Fact]
    public void SecondAdmissionOfAnId_UnderAnotherIncarnation_PutsItInQuarantine()
    {
        var elsewhere = TestReplica.Admission(3) with { Incarnation = new Incarnation(99) };
        _one.Receive(new Update(new Dot(2, 1), TestReplica.ClusterOf(3).Delivered, default, [elsewhere]));
        Assert.Equal(new ReplicaId(3), Assert.Single(_one.Output.Alarms).Origin);
        _one.Receive(WrittenBy3("x", "1"));
        Assert.Null(_one.Read("x"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Start_WhileAnotherProcessSpeaksUnderTheId_RefusesWrites(bool isSuperseded)
    {
        var started = new TestReplica(1, TestReplica.ClusterOf(3), settings => settings with { DiskTrust = DiskTrust.OneWitness });
        started.Step(new TwinLearnt(new ReplicaId(2), isSuperseded));
        Assert.Equal(RefusalReason.IdInUse, started.Core.Refusal!.Reason);
        started.Pass(4000, () => started.Hear(2, TestReplica.ClusterOf(3).Delivered));
        Assert.Equal(isSuperseded ? RefusalReason.IdInUse : null, started.Core.Refusal?.Reason);
    }

    private void Exchange()
    {
        _one.Receive(2, Announced(_two));
        _two.Receive(1, Announced(_one));
    }

    private static Heartbeat Announced(TestReplica replica) =>
        replica.Pass(300).Select(sent => sent.Message).OfType<Heartbeat>().Last(heartbeat => !heartbeat.Digests.IsEmpty);

    private static Update WrittenBy3(string key, string value) =>
        new(new Dot(3, 1), TestReplica.ClusterOf(3).Delivered, new HybridTimestamp(1L << 40), [TestReplica.Set(key, value)]);

    private static Update Next(Update before, string key) => Next(before, [TestReplica.Set(key, "next")], before.Dependencies.With(before.Dot));

    private static Update Next(Update before, System.Collections.Immutable.ImmutableArray<Operation> operations, VectorClock dependencies) =>
        new(new Dot(before.Origin, before.Dot.Counter + 1), dependencies, before.Timestamp, operations);
}
