using System.Numerics;

namespace ReplicatedDs.Cli.Loading;

/// <summary>Counts durations in buckets that are at most 1.6 % wide. One thread at a time.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int SubBuckets = 1 << SubBits;

    private readonly long[] _counts = new long[(64 - SubBits) << SubBits];

    public long Count { get; private set; }

    public TimeSpan Max { get; private set; }

    public void Add(TimeSpan duration)
    {
        _counts[IndexOf(Math.Max(0, duration.Ticks))]++;
        Count++;
        Max = duration > Max ? duration : Max;
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        Max = other.Max > Max ? other.Max : Max;
    }

    /// <summary>A duration that the share <paramref name="quantile"/> of all do not exceed, but for the width of a bucket; 0 if there are none.</summary>
    public TimeSpan At(double quantile)
    {
        var rank = (long)Math.Ceiling(quantile * Count);
        var seen = 0L;
        for (var i = 0; i < _counts.Length && Count > 0; i++)
        {
            seen += _counts[i];
            if (seen >= Math.Max(1, rank))
            {
                var upper = TimeSpan.FromTicks(UpperOf(i));
                return upper < Max ? upper : Max;
            }
        }

        return TimeSpan.Zero;
    }

    // Up to 127 ticks one each; above, 64 buckets to every power of two.
    private static int IndexOf(long ticks)
    {
        if (ticks < 2 * SubBuckets)
        {
            return (int)ticks;
        }

        var shift = BitOperations.Log2((ulong)ticks) - SubBits;
        return (shift << SubBits) + (int)(ticks >> shift);
    }

    private static long UpperOf(int index)
    {
        if (index < 2 * SubBuckets)
        {
            return index;
        }

        var shift = (index >> SubBits) - 1;
        return ((((long)index & (SubBuckets - 1)) + SubBuckets + 1) << shift) - 1;
    }
}
