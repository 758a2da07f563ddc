namespace ReplicatedDs.Dashboard.History;

/// <summary>What happened in a stretch of time.</summary>
/// <param name="from">When it begins, in Unix seconds.</param>
internal sealed class MeasureBin(long from)
{
    public long From => from;

    public SortedDictionary<int, long> Writes { get; } = [];

    public SortedDictionary<int, long> Applies { get; } = [];

    /// <summary>The last known in this time, by replica.</summary>
    public SortedDictionary<int, long> Pending { get; } = [];

    public SortedDictionary<int, long> Behind { get; } = [];

    public Latencies Latencies { get; } = new();

    public long Buffered { get; set; }

    public long Prevented { get; set; }

    public long Events { get; set; }

    /// <summary>Nothing at all is known of this time: the dashboard did not run yet.</summary>
    public bool IsEmpty => Events == 0 && Pending.Count == 0;

    public void Add(MeasureBin later)
    {
        Sum(Writes, later.Writes);
        Sum(Applies, later.Applies);
        Last(Pending, later.Pending);
        Last(Behind, later.Behind);
        Latencies.Add(later.Latencies);
        Buffered += later.Buffered;
        Prevented += later.Prevented;
        Events += later.Events;
    }

    private static void Sum(SortedDictionary<int, long> all, SortedDictionary<int, long> more)
    {
        foreach (var (replica, count) in more)
        {
            all[replica] = all.GetValueOrDefault(replica) + count;
        }
    }

    private static void Last(SortedDictionary<int, long> all, SortedDictionary<int, long> later)
    {
        foreach (var (replica, count) in later)
        {
            all[replica] = count;
        }
    }
}
