using System.Diagnostics;
using ReplicatedDs.Replica.Replication;

namespace ReplicatedDs.Replica.Tests.Replication;

/// <summary>When messages to a peer wait for more to go with them.</summary>
public class SendPaceTests
{
    private readonly SendPace _pace = new(() => 2);
    private long _now = Stopwatch.Frequency; // the clock's first second

    [Fact]
    public void SingleWrites_GoAtOnce()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(TimeSpan.Zero, _pace.Pause(_now));
            _pace.Sent(1);
            Pass(0.1);
        }
    }

    [Fact]
    public void ManyUpdatesInAMillisecond_LetTheRestOfItWait()
    {
        Assert.Equal(TimeSpan.Zero, _pace.Pause(_now));
        _pace.Sent(15);
        Assert.Equal(TimeSpan.Zero, _pace.Pause(_now));
        _pace.Sent(1);
        Pass(0.3);
        Assert.Equal(TimeSpan.FromMilliseconds(1), _pace.Pause(_now));

        Pass(1);
        _pace.Resume(_now);
        Assert.Equal(TimeSpan.Zero, _pace.Pause(_now));
    }

    [Fact]
    public void WhereTheMachineIsLate_SecondWriteWaitsSeveralTimesAsLong_AndNoLongerThanTheGreatestPause()
    {
        Late(TimeSpan.FromMilliseconds(2));
        Assert.Equal(TimeSpan.Zero, _pace.Pause(_now));
        _pace.Sent(1);
        Assert.InRange(_pace.Pause(_now).TotalMilliseconds, 7, 8);

        Late(TimeSpan.FromMilliseconds(15));
        Assert.Equal(TimeSpan.FromMilliseconds(20), _pace.Pause(_now));
        Pass(20);
        _pace.Resume(_now);
        Assert.Equal(TimeSpan.Zero, _pace.Pause(_now)); // nothing has gone out since

        _pace.Sent(1);
        Late(TimeSpan.FromMilliseconds(30));
        Assert.Equal(TimeSpan.Zero, _pace.Pause(_now)); // it would only be later still
    }

    [Fact]
    public void WithMorePeers_MessagesWaitSooner_AndLonger()
    {
        var few = new SendPace(() => 2);
        var many = new SendPace(() => 7);
        foreach (var pace in new[] { few, many })
        {
            for (var i = 0; i < 100; i++)
            {
                pace.Wake(TimeSpan.FromMilliseconds(0.5));
            }

            pace.Pause(_now);
            pace.Sent(1);
        }

        Assert.Equal(TimeSpan.Zero, few.Pause(_now));
        Assert.InRange(many.Pause(_now).TotalMilliseconds, 6, 7);
    }

    [Fact]
    public void PauseThatTakesLonger_CountsAsLate_AndTimesThatDoNot_AreForgotten()
    {
        for (var i = 0; i < 50; i++)
        {
            _pace.Pause(_now);
            _pace.Sent(16);
            var pause = _pace.Pause(_now);
            Pass(pause.TotalMilliseconds + 6);
            _pace.Resume(_now);
        }

        _pace.Sent(1);
        Assert.Equal(TimeSpan.FromMilliseconds(20), _pace.Pause(_now));

        Late(TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, _pace.Pause(_now));
    }

    private void Pass(double milliseconds) => _now += (long)(milliseconds * Stopwatch.Frequency / 1000);

    private void Late(TimeSpan late)
    {
        for (var i = 0; i < 100; i++)
        {
            _pace.Wake(late);
        }
    }
}
