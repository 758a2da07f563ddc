using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;

namespace ReplicatedDs.Causality.Tests.Core;

/// <summary>What a replica needs to hear before it writes after a start (R9).</summary>
public class DiskTrustTests
{
    private readonly VectorClock _start = TestReplica.ClusterOf(3).Delivered;

    [Fact]
    public void Start_BeforeAnybodyWasHeard_RefusesWritesHoweverLong()
    {
        var one = Started(DiskTrust.OneWitness);
        Assert.Equal(RefusalReason.Verifying, one.Core.Refusal!.Reason);
        one.Pass(5000);
        Assert.Equal(RefusalReason.Verifying, one.Ask<Refused>(tag => new WriteRequest(tag, [TestReplica.Set("x", "1")], [])).Reason);
    }

    [Fact]
    public void Start_WithOneWitness_WritesAfterTheDeadline()
    {
        var one = Started(DiskTrust.OneWitness);
        one.Hear(2, _start);
        Assert.Equal(RefusalReason.Verifying, one.Core.Refusal!.Reason);
        one.Pass(2100, () => one.Hear(2, _start));
        one.Write("x", "1");
    }

    [Fact]
    public void Start_WithEverybodyHeard_WritesAtOnce()
    {
        var one = Started(DiskTrust.AllMembers);
        one.Hear(2, _start);
        one.Pass(3000);
        Assert.Equal(RefusalReason.Verifying, one.Core.Refusal!.Reason);
        one.Hear(3, _start);
        one.Write("x", "1");
    }

    [Fact]
    public void Start_FromAnOlderCopy_NeverWrites()
    {
        var one = Started(DiskTrust.OneWitness);
        one.Hear(2, _start.With(new Dot(1, _start[new ReplicaId(1)] + 1)));
        one.Hear(3, _start);
        one.Pass(3000);
        Assert.Equal(RefusalReason.OlderCopy, one.Core.Refusal!.Reason);
    }

    [Fact]
    public void Start_OfASoleMember_TrustsItself() =>
        new TestReplica(1, TestReplica.ClusterOf(1), settings => settings with { DiskTrust = DiskTrust.AllMembers }).Write("x", "1");

    private static TestReplica Started(DiskTrust trust) =>
        new(1, TestReplica.ClusterOf(3), settings => settings with { DiskTrust = trust });
}
