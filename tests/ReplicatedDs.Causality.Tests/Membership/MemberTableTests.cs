using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Tests.Membership;

/// <summary>Membership is a function of the operations delivered (R1), and only the right author can change a member.</summary>
public class MemberTableTests
{
    private static readonly ReplicaId Two = new(2);
    private static readonly AdmitOperation AdmitTwo = new(Two, new Incarnation(22), "replica-2", "http://2", "peer://2");

    [Fact]
    public void Admit_OfANewId_MakesAJoinerWithTheFloorOfItsAdmission()
    {
        var member = Admitted().Find(Two)!;
        Assert.Equal((MemberStatus.Joining, new ReplicaId(1), new Incarnation(22)), (member.Status, member.Sponsor, member.Incarnation));
        Assert.Equal(VectorClock.Of((1, 5), (3, 4)), member.Floor);
        Assert.False(Admitted().IsServing(Two));
        Assert.Equal(Two, Admitted().HighestId);
    }

    [Fact]
    public void Admit_OfAKnownId_ChangesNothing()
    {
        var table = Admitted();
        Assert.Same(table, table.Apply(By(3, 9), AdmitTwo with { Incarnation = new Incarnation(99) }));
    }

    [Fact]
    public void Activate_ByTheSponsor_MakesTheJoinerActive()
    {
        var table = Admitted().Apply(By(1, 6), new ActivateOperation(Two));
        Assert.True(table.IsServing(Two));
        Assert.Equal(new Dot(1, 6), table.Find(Two)!.Activated);
    }

    [Fact]
    public void ActivateAndAbort_ByAnybodyElse_ChangeNothing()
    {
        var table = Admitted();
        Assert.Same(table, table.Apply(By(3, 6), new ActivateOperation(Two)));
        Assert.Same(table, table.Apply(By(2, 1), new ActivateOperation(Two)));
        Assert.Same(table, table.Apply(By(3, 6), new AbortOperation(Two)));
    }

    [Fact]
    public void Abort_ByTheSponsor_SpendsTheIdForEver()
    {
        var table = Admitted().Apply(By(1, 6), new AbortOperation(Two));
        Assert.Equal((MemberStatus.Departed, 0L), (table.Find(Two)!.Status, table.Find(Two)!.Final));
        Assert.Same(table, table.Apply(By(1, 7), new ActivateOperation(Two)));
        Assert.Same(table, table.Apply(By(1, 7), AdmitTwo));
    }

    [Fact]
    public void Abort_AfterActivation_ChangesNothing()
    {
        var table = Admitted().Apply(By(1, 6), new ActivateOperation(Two));
        Assert.Same(table, table.Apply(By(1, 7), new AbortOperation(Two)));
    }

    [Fact]
    public void Leave_ByTheMemberItself_RemembersItsLastUpdate()
    {
        var table = Admitted().Apply(By(1, 6), new ActivateOperation(Two)).Apply(By(2, 8), new LeaveOperation(Two));
        Assert.Equal((MemberStatus.Departed, 8L), (table.Find(Two)!.Status, table.Find(Two)!.Final));
    }

    [Fact]
    public void Leave_ByAnybodyElse_ChangesNothing()
    {
        var table = Admitted().Apply(By(1, 6), new ActivateOperation(Two));
        Assert.Same(table, table.Apply(By(1, 7), new LeaveOperation(Two)));
    }

    [Fact]
    public void Guest_OfANewId_IsNoMemberThatWrites()
    {
        var table = MemberTable.Empty.Apply(By(1, 2), new GuestOperation(Two));
        Assert.Equal(MemberStatus.Guest, table.Find(Two)!.Status);
        Assert.False(table.IsServing(Two));
        Assert.Same(table, table.Apply(By(1, 3), AdmitTwo));
    }

    private static MemberTable Admitted() => MemberTable.Empty.Apply(
        new Update(new Dot(1, 5), VectorClock.Of((1, 4), (3, 4)), default, [AdmitTwo]), AdmitTwo);

    private static Update By(int replica, long counter) => new(new Dot(replica, counter), VectorClock.Of((replica, counter - 1)), default, []);
}
