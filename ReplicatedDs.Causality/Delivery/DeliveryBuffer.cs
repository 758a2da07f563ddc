using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Delivery;

/// <summary>
/// Updates that arrived before something they depend on. Each is indexed by one dot that it misses, so a delivery wakes only those that
/// wait for exactly that dot, and an update is looked at no more often than its dependencies have entries, whatever the depth of
/// the buffer. Bounded in count and bytes: over the bound the update furthest from delivery goes, to be fetched again.
/// </summary>
internal sealed class DeliveryBuffer(int max, long bytesMax)
{
    private readonly Dictionary<Dot, (BufferedUpdate First, BufferedUpdate Last)> _waiting = [];
    private readonly Dictionary<ReplicaId, BufferedOrigin> _origins = [];
    private readonly SortedSet<(HybridTimestamp Timestamp, Dot Dot)> _early = [];
    private long _bytes;

    public int Count { get; private set; }

    public long Bytes => _bytes;

    /// <summary>The earliest timestamp among the updates that wait for time to pass.</summary>
    public HybridTimestamp? EarliestAhead => _early.Count == 0 ? null : _early.Min.Timestamp;

    public BufferedUpdate? Find(Dot dot) => _origins.TryGetValue(dot.Replica, out var origin) ? origin.Find(dot.Counter) : null;

    /// <summary>All entries by origin and counter.</summary>
    public IEnumerable<BufferedUpdate> InOrder() => _origins.OrderBy(static pair => pair.Key).SelectMany(static pair => pair.Value.All());

    /// <summary>
    /// Adds an update under the dot that it waits for. The next update of each origin always finds room; otherwise the one with the greatest distance
    /// between its counter and what is delivered of its origin goes, which may be the new one.
    /// </summary>
    /// <returns>What had to go; contains <paramref name="entry"/>'s dot if that was not taken.</returns>
    public ImmutableArray<BufferedUpdate> Add(BufferedUpdate entry, Dot? waitsFor, VectorClock delivered)
    {
        Insert(entry);
        if (waitsFor is { } dot)
        {
            WaitFor(entry, dot);
        }
        else
        {
            _early.Add((entry.Update.Timestamp, entry.Update.Dot));
        }

        if (Count <= max && _bytes <= bytesMax)
        {
            return [];
        }

        var dropped = ImmutableArray.CreateBuilder<BufferedUpdate>();
        while (Count > max || _bytes > bytesMax)
        {
            if (Furthest(delivered) is not { } victim)
            {
                break;
            }

            Remove(victim);
            dropped.Add(victim);
        }

        return dropped.ToImmutable();
    }

    /// <summary>Indexes an entry that is in the buffer under another dot.</summary>
    public void WaitFor(BufferedUpdate entry, Dot dot)
    {
        entry.WaitsFor = dot;
        entry.Next = null;
        if (_waiting.TryGetValue(dot, out var list))
        {
            list.Last.Next = entry;
            entry.Previous = list.Last;
            _waiting[dot] = (list.First, entry);
        }
        else
        {
            entry.Previous = null;
            _waiting[dot] = (entry, entry);
        }
    }

    /// <summary>Keeps an entry that is in the buffer until its timestamp is no longer too far ahead.</summary>
    public void WaitForTime(BufferedUpdate entry) => _early.Add((entry.Update.Timestamp, entry.Update.Dot));

    /// <summary>Takes the list of entries that wait for <paramref name="dot"/> out of the index, oldest first. They stay in the buffer.</summary>
    public BufferedUpdate? TakeWaiting(Dot dot) => _waiting.Remove(dot, out var list) ? list.First : null;

    /// <summary>Takes the entries with timestamps up to <paramref name="limit"/> out of the waiting for time. They stay in the buffer.</summary>
    public List<BufferedUpdate> TakeEarly(HybridTimestamp limit)
    {
        var taken = new List<BufferedUpdate>();
        while (_early.Count > 0 && _early.Min.Timestamp <= limit)
        {
            var first = _early.Min;
            _early.Remove(first);
            taken.Add(Find(first.Dot)!);
        }

        return taken;
    }

    /// <summary>Takes an entry out of the index; it stays in the buffer.</summary>
    public void Detach(BufferedUpdate entry)
    {
        if (_early.Count > 0)
        {
            _early.Remove((entry.Update.Timestamp, entry.Update.Dot));
        }

        Unlink(entry);
    }

    public void Remove(BufferedUpdate entry)
    {
        if (!_origins.TryGetValue(entry.Update.Origin, out var origin) || !origin.Remove(entry.Update.Dot.Counter))
        {
            return;
        }

        Count--;
        _bytes -= entry.Bytes;
        if (origin.IsEmpty)
        {
            _origins.Remove(entry.Update.Origin);
        }

        Detach(entry);
    }

    private void Insert(BufferedUpdate entry)
    {
        if (!_origins.TryGetValue(entry.Update.Origin, out var origin))
        {
            _origins.Add(entry.Update.Origin, origin = new BufferedOrigin());
        }

        origin.Add(entry);
        Count++;
        _bytes += entry.Bytes;
    }

    private void Unlink(BufferedUpdate entry)
    {
        if (entry.WaitsFor is not { } dot || !_waiting.TryGetValue(dot, out var list))
        {
            return;
        }

        if (entry.Previous is not null)
        {
            entry.Previous.Next = entry.Next;
        }

        if (entry.Next is not null)
        {
            entry.Next.Previous = entry.Previous;
        }

        var first = ReferenceEquals(list.First, entry) ? entry.Next : list.First;
        var last = ReferenceEquals(list.Last, entry) ? entry.Previous : list.Last;
        if (first is null || last is null)
        {
            _waiting.Remove(dot);
        }
        else
        {
            _waiting[dot] = (first, last);
        }

        (entry.WaitsFor, entry.Previous, entry.Next) = (null, null, null);
    }

    private BufferedUpdate? Furthest(VectorClock delivered)
    {
        Dot? furthest = null;
        long distance = 1; // an update at distance 1 is next in line: it has a reserved place
        foreach (var (origin, waiting) in _origins)
        {
            var last = new Dot(origin, waiting.Last);
            var ahead = last.Counter - delivered[origin];
            if (ahead > distance || (ahead == distance && furthest > last)) // the same whatever the order of arrival
            {
                (furthest, distance) = (last, ahead);
            }
        }

        return furthest is { } dot ? Find(dot) : null;
    }

    /// <summary>What waits of <paramref name="origin"/>, by counter.</summary>
    public IEnumerable<BufferedUpdate> Of(ReplicaId origin) => _origins.TryGetValue(origin, out var waiting) ? waiting.All() : [];

    /// <summary>The first counter of <paramref name="origin"/> above <paramref name="after"/> that is not in the buffer.</summary>
    public long FirstAbsent(ReplicaId origin, long after) => _origins.TryGetValue(origin, out var waiting) ? waiting.FirstAbsent(after) : after + 1;

    /// <summary>A rough size of an update in memory: keys, values and a constant per update.</summary>
    public static long SizeOf(Update update)
    {
        long bytes = 200;
        foreach (var operation in update.Operations)
        {
            bytes += operation switch
            {
                SetOperation set => (2L * set.Key.Length) + set.Value.Length,
                AddOperation add => 2L * (add.Key.Length + add.Member.Length),
                RemoveOperation remove => 2L * (remove.Key.Length + remove.Member.Length),
                KeyOperation key => 2L * key.Key.Length,
                _ => 100,
            };
        }

        return bytes;
    }
}
