using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Dashboard.Past;

/// <summary>
/// How much happened when, over the retained log: made once for all viewers. Quiet times take no room; of a long log the older half is
/// kept more coarsely. Fed and read under the time machine's lock.
/// </summary>
internal sealed class Density
{
    public const int BinsMax = 4_096;
    public const int ColumnsMax = 240;

    private const long BinLength = 250_000;

    private List<StripBin> _bins = [];

    /// <summary>When its first event was, to a quarter of a second; <c>null</c>: there is none.</summary>
    public long? Start => _bins.Count == 0 ? null : _bins[0].From * BinLength;

    /// <param name="n">The event's number.</param>
    /// <param name="t">The time that counts, which never goes back.</param>
    public void Add(EventView one, long n, long t, long depth)
    {
        var slot = t / BinLength;
        if (_bins.Count == 0 || _bins[^1].To < slot)
        {
            _bins.Add(new StripBin(slot));
            if (_bins.Count > BinsMax)
            {
                Coarsen();
            }
        }

        var bin = _bins[^1];
        bin.Last = n;
        bin.Writes += one.Kind == "Write" ? one.Share ?? 1 : 0;
        (bin.Depth, bin.LastDepth) = (Math.Max(bin.Depth, depth), depth);
        bin.Lost += one.Lost ?? 0;
    }

    public void AddLost(long lost)
    {
        if (_bins.Count > 0)
        {
            _bins[^1].Lost += lost;
        }
    }

    /// <summary>Forgets what lies before an event.</summary>
    public void Trim(long oldest)
    {
        var gone = _bins.FindIndex(bin => bin.Last >= oldest);
        if (gone > 0)
        {
            _bins.RemoveRange(0, gone);
        }
    }

    /// <summary>A stretch of time in columns.</summary>
    public Strip Read(long from, long to, Moment oldest, Moment newest, long now)
    {
        var count = (int)Math.Clamp((to - from) / BinLength, 1, ColumnsMax);
        var width = Math.Max(1, (to - from + count - 1) / count);
        var (writes, depth, lost) = (new double[count], new long[count], new List<int>());
        var standing = 0L;
        var filled = 0;
        foreach (var bin in _bins)
        {
            var (begin, end) = (bin.From * BinLength, (bin.To + 1) * BinLength);
            if (begin >= to)
            {
                break;
            }

            if (end <= from)
            {
                standing = bin.LastDepth;
                continue;
            }

            var first = (int)Math.Clamp((begin - from) / width, 0, count - 1);
            var last = (int)Math.Clamp((end - 1 - from) / width, first, count - 1);

            // What waits goes on waiting through a time without events.
            for (; filled < first; filled++)
            {
                depth[filled] = Math.Max(depth[filled], standing);
            }

            for (var column = first; column <= last; column++)
            {
                writes[column] += (double)bin.Writes / (last - first + 1);
                depth[column] = Math.Max(depth[column], bin.Depth);
            }

            (standing, filled) = (bin.LastDepth, last + 1);
            if (bin.Lost > 0)
            {
                lost.Add(first);
            }
        }

        for (; filled < count && from + (filled * width) < now; filled++)
        {
            depth[filled] = standing;
        }

        return new Strip(from, from + (width * count), now, oldest, newest, [.. writes.Select(value => Math.Round(value, 2))], depth, lost);
    }

    private void Coarsen()
    {
        var half = BinsMax / 2;
        var coarse = new List<StripBin>(BinsMax);
        for (var i = 0; i < half; i += 2)
        {
            _bins[i].Add(_bins[i + 1]);
            coarse.Add(_bins[i]);
        }

        coarse.AddRange(_bins.Skip(half));
        _bins = coarse;
    }
}
