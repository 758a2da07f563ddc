using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.History;

/// <summary>
/// The figures of the last <see cref="SecondsKept"/> seconds, by second. An event counts for the second of its own time; one that is
/// older, or of a clock far ahead, counts for none. All members may be called from any thread.
/// </summary>
internal sealed class Measures(TimeProvider time)
{
    public const int SecondsKept = 600;

    private const int AheadMax = 5;
    private const int SilenceMax = 3;

    private readonly Lock _lock = new();
    private readonly MeasureBin?[] _ring = new MeasureBin?[SecondsKept + AheadMax];
    private MeasureBin _levels = new(0);
    private long _lastView;
    private long _events;
    private long _lost;

    /// <summary>Events that were taken in since the dashboard started.</summary>
    public long Events => Interlocked.Read(ref _events);

    /// <summary>Events that were overwritten, at a replica or here, before they could be taken in.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    public void AddLost(long count) => Interlocked.Add(ref _lost, count);

    /// <summary>Takes an event in, with what is known of its update by now.</summary>
    public void Add(EventView one, UpdateHistory? update)
    {
        Interlocked.Increment(ref _events);
        Interlocked.Add(ref _lost, one.Lost ?? 0);
        lock (_lock)
        {
            if (Bin(one.T / 1_000_000) is { } bin)
            {
                Count(bin, one);
            }

            if (update?.WrittenAt is not { } written)
            {
                return;
            }

            // What was applied before its write was heard of is counted now.
            foreach (var step in update.Steps)
            {
                if (step.AppliedAt is { } applied && step.Replica != update.Origin && (one.Kind == "Write" || (one.Kind == "Apply" && one.Replica == step.Replica && one.T == applied)))
                {
                    Bin(applied / 1_000_000)?.Latencies.Add(Math.Max(0, applied - written), UpdateHistory.Waited(step));
                }
            }
        }
    }

    /// <summary>Takes in what waits and how far replicas are behind.</summary>
    public void Add(ClusterView view)
    {
        lock (_lock)
        {
            if (view.Version == 0 || Bin(view.At.ToUnixTimeSeconds()) is not { } bin)
            {
                return;
            }

            // Pictures of a quiet cluster come a little less than once a second: what was so before and after was so in between.
            for (var second = Math.Max(_lastView + 1, bin.From - SilenceMax); second < bin.From && bin.From - _lastView <= SilenceMax; second++)
            {
                Bin(second)?.Add(_levels);
            }

            _lastView = bin.From;
            _levels = new MeasureBin(bin.From);
            foreach (var replica in view.Members.Where(replica => replica.IsLive))
            {
                _levels.Pending[replica.Id!.Value] = replica.PendingCount;
                _levels.Behind[replica.Id!.Value] = replica.Behind;
            }

            bin.Add(_levels);
        }
    }

    /// <summary>The last complete stretches of time before <paramref name="until"/>, or before now, the oldest first.</summary>
    public IReadOnlyList<MeasureBin> Read(int bins, int secondsPerBin, DateTimeOffset? until = null)
    {
        var end = (until ?? time.GetUtcNow()).ToUnixTimeSeconds() / secondsPerBin * secondsPerBin;
        var result = new List<MeasureBin>(bins);
        lock (_lock)
        {
            for (var from = end - ((long)bins * secondsPerBin); from < end; from += secondsPerBin)
            {
                var bin = new MeasureBin(from);
                for (var second = from; second < from + secondsPerBin; second++)
                {
                    if (_ring[second % _ring.Length] is { } known && known.From == second)
                    {
                        bin.Add(known);
                    }
                }

                result.Add(bin);
            }
        }

        return result;
    }

    private static void Count(MeasureBin bin, EventView one)
    {
        bin.Events++;
        var count = one.Share ?? 1;
        switch (one.Kind)
        {
            case "Write":
                bin.Writes[one.Replica] = bin.Writes.GetValueOrDefault(one.Replica) + count;
                break;
            case "Apply":
                bin.Applies[one.Replica] = bin.Applies.GetValueOrDefault(one.Replica) + count;
                break;
            case "Buffer":
                bin.Buffered += count;
                bin.Prevented += one.WouldBeVisible ? count : 0;
                break;
            default:
                break;
        }
    }

    private MeasureBin? Bin(long second)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        if (second <= now - SecondsKept || second > now + AheadMax)
        {
            return null;
        }

        ref var slot = ref _ring[second % _ring.Length];
        return slot is { } known && known.From == second ? known : slot = new MeasureBin(second);
    }
}
