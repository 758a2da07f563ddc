using ReplicatedDs.Causality.Core;

namespace ReplicatedDs.Causality.Tests.Core;

public class ReplayTests
{
    private readonly ReplicaState _start = TestReplica.ClusterOf(2);

    [Fact]
    public void Replay_OfTheWholeLogOrBehindACheckpoint_GivesTheSameState()
    {
        var one = new TestReplica(1, _start);
        one.Write("x", "1");
        var checkpoint = one.State;
        one.Write("x", "2");
        one.Write("y", "3");
        foreach (var state in (ReplicaState[])[ReplicaCore.Replay(_start, one.Log), ReplicaCore.Replay(checkpoint, one.Log), ReplicaCore.Replay(checkpoint, one.Log.Skip(1))])
        {
            Assert.Equal(one.State.Delivered, state.Delivered);
            Assert.Equal(one.State.Timestamp, state.Timestamp);
            Assert.Equal(one.State.Heads, state.Heads);
            Assert.Equal(one.State.Keys.All.Select(entry => (entry.Key, entry.Value.Winner.Dot)), state.Keys.All.Select(entry => (entry.Key, entry.Value.Winner.Dot)));
        }
    }

    [Fact]
    public void Replay_OfALogWithAHole_Throws()
    {
        var one = new TestReplica(1, _start);
        one.Write("x", "1");
        one.Write("x", "2");
        Assert.Throws<InvalidOperationException>(() => ReplicaCore.Replay(_start, one.Log.Skip(1)));
    }

    [Fact]
    public void Core_AfterARestart_GoesOnWithTheNextCounter()
    {
        var one = new TestReplica(1, _start);
        var x = one.Write("x", "1");
        one.Restart();
        Assert.Equal(x.Dot.Counter + 1, one.Write("x", "2").Dot.Counter);
    }
}
