using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Replica.Replication;
using ReplicatedDs.Replica.Tests.Http;

namespace ReplicatedDs.Replica.Tests.Replication;

/// <summary>Which of two processes under one id is listened to.</summary>
public sealed class PeerProcessesTests
{
    private static readonly ReplicaId Peer = new(2);

    private readonly ManualTime _time = new();
    private readonly PeerProcesses _processes;

    public PeerProcessesTests() => _processes = new PeerProcesses(_time);

    [Fact]
    public void SecondProcess_WhileTheFirstIsHeard_IsTurnedAway()
    {
        Assert.Equal(PeerProcessVerdict.Speaks, _processes.Hear(Peer, boot: 4, process: 1));
        _time.Advance(TimeSpan.FromMilliseconds(900));
        Assert.Equal(PeerProcessVerdict.InUse, _processes.Hear(Peer, boot: 5, process: 2));
        Assert.Equal(PeerProcessVerdict.Speaks, _processes.Hear(Peer, boot: 4, process: 1));
    }

    [Fact]
    public void Restart_OfASilentProcess_TakesOverForGood()
    {
        _processes.Hear(Peer, boot: 4, process: 1);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(PeerProcessVerdict.Speaks, _processes.Hear(Peer, boot: 5, process: 2));
        Assert.Equal(PeerProcessVerdict.Superseded, _processes.Hear(Peer, boot: 4, process: 1));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(PeerProcessVerdict.Superseded, _processes.Hear(Peer, boot: 4, process: 1));
    }

    [Fact]
    public void Copy_ThatWasOpenedAsOften_NeverTakesOver()
    {
        _processes.Hear(Peer, boot: 5, process: 1);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(PeerProcessVerdict.Superseded, _processes.Hear(Peer, boot: 5, process: 2));
    }

    [Fact]
    public void Processes_OfOtherReplicas_AreTheirOwn()
    {
        _processes.Hear(Peer, boot: 5, process: 1);
        Assert.Equal(PeerProcessVerdict.Speaks, _processes.Hear(new ReplicaId(3), boot: 1, process: 9));
    }
}
