using System.Diagnostics;

namespace ReplicatedDs.Cluster.Tests.Traffic;

/// <summary>Holds a session to its rate, without making up for what it missed.</summary>
internal sealed class Pace(double perSecond)
{
    private long _next = Stopwatch.GetTimestamp();

    public async ValueTask NextAsync(CancellationToken stop)
    {
        if (perSecond <= 0)
        {
            return;
        }

        var now = Stopwatch.GetTimestamp();
        if (now < _next)
        {
            await Task.Delay(Stopwatch.GetElapsedTime(now, _next), stop);
        }

        _next = Math.Max(_next, now) + (long)(Stopwatch.Frequency / perSecond);
    }
}
