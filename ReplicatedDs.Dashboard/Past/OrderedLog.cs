using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Dashboard.Past;

/// <summary>
/// The events in the order of time, numbered from 1, the newest <c>capacity</c> of them. The collector gets them feed by feed, so that an
/// effect may come before its cause; here they stay back for <see cref="Grace"/> and go on by their time, those of one replica in their own order,
/// and what arrives or becomes visible somewhere never before its write. What comes later than that goes on when it comes. Not safe from several threads.
/// </summary>
internal sealed class OrderedLog(int capacity)
{
    /// <summary>In microseconds: feeds are seldom further apart.</summary>
    public const long Grace = 300_000;

    /// <summary>More than that do not stay back, whatever their clocks say.</summary>
    private const int WaitingMax = 20_000;

    private readonly EventView[] _ring = new EventView[capacity];
    private readonly SortedDictionary<int, Queue<(EventView One, long Since)>> _feeds = [];
    private readonly HashSet<string> _writes = [];
    private int _waiting;

    /// <summary>The number of the newest event that went on.</summary>
    public long Last { get; private set; }

    public long Oldest => Math.Max(1, Last - capacity + 1);

    /// <summary>What stays back yet, in the order of each feed.</summary>
    public IEnumerable<EventView> Waiting => _feeds.Values.SelectMany(feed => feed.Select(entry => entry.One));

    public EventView this[long n] => n >= Oldest && n <= Last ? _ring[n % capacity] : throw new ArgumentOutOfRangeException(nameof(n));

    /// <param name="now">In Unix microseconds, as all times here.</param>
    public void Add(EventView one, long now)
    {
        if (!_feeds.TryGetValue(one.Replica, out var feed))
        {
            _feeds[one.Replica] = feed = new Queue<(EventView One, long Since)>();
        }

        feed.Enqueue((one, now));
        _waiting++;
        if (one is { Kind: "Write", Dot: { } dot })
        {
            _writes.Add(dot);
        }
    }

    /// <summary>The next event that is old enough, under its number; <c>null</c>: none is.</summary>
    public EventView? Next(long now)
    {
        Queue<(EventView One, long Since)>? next = null;
        Queue<(EventView One, long Since)>? blocked = null;
        foreach (var feed in _feeds.Values)
        {
            if (!feed.TryPeek(out var head))
            {
                continue;
            }

            ref var best = ref IsBlocked(head.One) ? ref blocked : ref next;
            if (best is null || IsBefore(head.One, best.Peek().One))
            {
                best = feed;
            }
        }

        // Feeds that wait for each other's writes contradict themselves: the earliest goes on.
        next ??= blocked;
        if (next is null)
        {
            return null;
        }

        // A clock that is ahead keeps its events back no longer than others.
        var (one, since) = next.Peek();
        if (Math.Min(one.T, since) > now - Grace && _waiting <= WaitingMax)
        {
            return null;
        }

        next.Dequeue();
        _waiting--;
        if (one is { Kind: "Write", Dot: { } dot })
        {
            _writes.Remove(dot);
        }

        Last++;
        return _ring[Last % capacity] = one;
    }

    private static bool IsBefore(EventView one, EventView other) => one.T < other.T || (one.T == other.T && one.N < other.N);

    private bool IsBlocked(EventView one) => one.Kind is "Arrive" or "Buffer" or "Apply" or "Duplicate" && one.Dot is { } dot && _writes.Contains(dot);
}
