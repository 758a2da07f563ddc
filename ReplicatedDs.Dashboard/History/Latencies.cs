using System.Numerics;

namespace ReplicatedDs.Dashboard.History;

/// <summary>
/// How long updates took to become visible, in buckets whose limits double, with what of it was waiting. Of several stretches of time it
/// is added up, never averaged.
/// </summary>
internal sealed class Latencies
{
    /// <summary>The first bucket is below 2^7 µs = 0.128 ms, the last is everything above half an hour.</summary>
    public const int Buckets = 26;

    private const int FirstBits = 7;

    private readonly long[] _counts = new long[Buckets];

    public long Count { get; private set; }

    /// <summary>Of those, the ones that waited.</summary>
    public long Waited { get; private set; }

    /// <summary>All together, in microseconds.</summary>
    public long Wire { get; private set; }

    public long Waiting { get; private set; }

    public long Longest { get; private set; }

    public IReadOnlyList<long> Counts => _counts;

    /// <summary>A bucket's upper limit, in microseconds.</summary>
    public static long Limit(int bucket) => 1L << (FirstBits + bucket);

    public void Add(long total, long waiting)
    {
        waiting = Math.Clamp(waiting, 0, total);
        Count++;
        Waited += waiting > 0 ? 1 : 0;
        Wire += total - waiting;
        Waiting += waiting;
        Longest = Math.Max(Longest, total);
        _counts[Math.Clamp(64 - FirstBits - BitOperations.LeadingZeroCount((ulong)total), 0, Buckets - 1)]++;
    }

    public void Add(Latencies other)
    {
        Count += other.Count;
        Waited += other.Waited;
        Wire += other.Wire;
        Waiting += other.Waiting;
        Longest = Math.Max(Longest, other.Longest);
        for (var i = 0; i < Buckets; i++)
        {
            _counts[i] += other._counts[i];
        }
    }

    /// <summary>The limit below which that share of the updates stayed, in microseconds; <c>null</c>: there were none.</summary>
    public long? Percentile(double share)
    {
        if (Count == 0)
        {
            return null;
        }

        var left = (long)Math.Ceiling(Count * share);
        for (var i = 0; i < Buckets; i++)
        {
            left -= _counts[i];
            if (left <= 0)
            {
                return Math.Min(Limit(i), Longest);
            }
        }

        return Longest;
    }
}
