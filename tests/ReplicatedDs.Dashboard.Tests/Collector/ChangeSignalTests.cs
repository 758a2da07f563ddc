using ReplicatedDs.Dashboard.Collector;

namespace ReplicatedDs.Dashboard.Tests.Collector;

public sealed class ChangeSignalTests
{
    [Fact]
    public async Task Pulse_WakesEverybodyWhoWaitsAndNobodyLater()
    {
        var signal = new ChangeSignal();
        signal.Pulse();
        var (one, other) = (signal.Next, signal.Next);
        Assert.Same(one, other);
        Assert.False(one.IsCompleted);
        signal.Pulse();
        await one.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.False(signal.Next.IsCompleted);
    }

    [Fact]
    public async Task Next_TakenBeforeLooking_MissesNoChangeOfAnotherThread()
    {
        const int Changes = 20_000;
        var signal = new ChangeSignal();
        var value = 0;
        var writer = Task.Run(() =>
        {
            for (var i = 1; i <= Changes; i++)
            {
                Volatile.Write(ref value, i);
                signal.Pulse();
            }
        });
        while (true)
        {
            var next = signal.Next;
            if (Volatile.Read(ref value) == Changes)
            {
                break;
            }

            await next.WaitAsync(TimeSpan.FromSeconds(30));
        }

        await writer;
    }
}
