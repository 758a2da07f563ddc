using System.Collections.Concurrent;
using System.Net;

namespace ReplicatedDs.ServiceDefaults.Access;

/// <summary>
/// Counts wrong secrets by where they came from, and says who has to wait: whoever presented too many of them, from its first one until a while
/// later. It remembers a bounded number of places, for more the oldest is forgotten. All members may be called from any thread; asking takes no lock.
/// </summary>
/// <param name="sourceMax">So many wrong ones lock a place out; 0: never.</param>
/// <param name="window">From the first wrong one until it is forgotten.</param>
/// <param name="totalMax">So many wrong ones of all places together lock everybody out.</param>
public sealed class FailedAttempts(TimeProvider time, int sourceMax, TimeSpan window, int totalMax = int.MaxValue)
{
    /// <summary>Places remembered at most.</summary>
    public const int SourcesMax = 10_000;

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<SourceNetwork, Failures> _sources = new();
    private readonly Queue<SourceNetwork> _oldestFirst = new();
    private readonly long _window = (long)(window.TotalSeconds * time.TimestampFrequency);
    private int _total;

    /// <summary>How long a caller from there has to wait before it may try again; <c>null</c>: it may now.</summary>
    public TimeSpan? LockedFor(IPAddress? address)
    {
        if (sourceMax == 0)
        {
            return null;
        }

        var now = time.GetTimestamp();
        if (Volatile.Read(ref _total) >= totalMax && AllLockedFor(now) is { } wait)
        {
            return wait;
        }

        return _sources.TryGetValue(SourceNetwork.Of(address), out var failures) && failures.Count >= sourceMax && failures.End > now
            ? time.GetElapsedTime(now, failures.End)
            : null;
    }

    /// <summary>A wrong secret came from there.</summary>
    public void Failed(IPAddress? address)
    {
        if (sourceMax == 0)
        {
            return;
        }

        var source = SourceNetwork.Of(address);
        lock (_lock)
        {
            var now = time.GetTimestamp();
            Forget(now);
            if (_sources.TryGetValue(source, out var failures))
            {
                _sources[source] = failures with { Count = failures.Count + 1 };
            }
            else
            {
                if (_oldestFirst.Count == SourcesMax)
                {
                    ForgetOldest();
                }

                _sources[source] = new Failures(1, now + _window);
                _oldestFirst.Enqueue(source);
            }

            _total++;
        }
    }

    private TimeSpan? AllLockedFor(long now)
    {
        lock (_lock)
        {
            Forget(now);
            return _total >= totalMax ? time.GetElapsedTime(now, _sources[_oldestFirst.Peek()].End) : null;
        }
    }

    private void Forget(long now)
    {
        while (_oldestFirst.TryPeek(out var oldest) && _sources[oldest].End <= now)
        {
            ForgetOldest();
        }
    }

    private void ForgetOldest()
    {
        if (_sources.TryRemove(_oldestFirst.Dequeue(), out var failures))
        {
            _total -= failures.Count;
        }
    }

    /// <param name="End">When they are forgotten.</param>
    private sealed record Failures(int Count, long End);
}
