using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Delivery;

/// <summary>
/// Updates that arrived before something they depend on. Of each origin only the next one in line waits for an update of another, and is indexed by that
/// dot; what is behind it waits for its predecessor, and is found by its counter. So a delivery wakes only those that wait for exactly that
/// dot, and an update is looked at no more often than its dependencies have entries, whatever the depth of
/// the buffer. Bounded in count and bytes: over the bound the update furthest from delivery goes, to be fetched again.
/// </summary>
internal sealed class DeliveryBuffer(int max, long bytesMax)
{
    private readonly Dictionary<ReplicaId, BufferedOrigin> _origins = [];
    private readonly SortedSet<(HybridTimestamp Timestamp, Dot Dot)> _early = [];

    // By the dot that is waited for, who began to wait last; by who waits, what for, and who began before.
    private readonly Dictionary<Dot, Dot> _waiting = [];
    private readonly Dictionary<Dot, (Dot For, Dot? Next)> _waiters = [];

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>The earliest timestamp among the updates that wait for time to pass.</summary>
    public HybridTimestamp? EarliestAhead => _early.Count == 0 ? null : _early.Min.Timestamp;

    public bool Contains(Dot dot) => _origins.TryGetValue(dot.Replica, out var origin) && origin.Contains(dot.Counter);

    public BufferedUpdate? Find(Dot dot) => _origins.TryGetValue(dot.Replica, out var origin) ? origin.Find(dot.Counter) : null;

    /// <summary>All entries by origin and counter.</summary>
    public IEnumerable<BufferedUpdate> InOrder() => _origins.OrderBy(static pair => pair.Key).SelectMany(static pair => pair.Value.All());

    /// <summary>What waits of <paramref name="origin"/>, by counter.</summary>
    public IEnumerable<BufferedUpdate> Of(ReplicaId origin) => _origins.TryGetValue(origin, out var waiting) ? waiting.All() : [];

    /// <summary>The first counter of <paramref name="origin"/> above <paramref name="after"/> that is not in the buffer.</summary>
    public long FirstAbsent(ReplicaId origin, long after) => _origins.TryGetValue(origin, out var waiting) ? waiting.FirstAbsent(after) : after + 1;

    /// <summary>
    /// Adds an update that is not here under the dot that it waits for; <c>null</c> if it waits for time to pass. The next update of each origin always finds
    /// room; otherwise the one with the greatest distance between its counter and what is delivered of its origin goes, which may be the new one.
    /// </summary>
    /// <returns>What had to go; contains <paramref name="entry"/> if that was not taken.</returns>
    public ImmutableArray<Update> Add(in BufferedUpdate entry, Dot? waitsFor, VectorClock delivered)
    {
        Insert(entry);
        if (waitsFor is { } dot)
        {
            WaitFor(entry.Update.Dot, dot);
        }
        else
        {
            WaitForTime(entry.Update);
        }

        if (Count <= max && Bytes <= bytesMax)
        {
            return [];
        }

        var dropped = ImmutableArray.CreateBuilder<Update>();
        while ((Count > max || Bytes > bytesMax) && Furthest(delivered) is { } furthest && Remove(furthest) is { } victim)
        {
            dropped.Add(victim.Update);
        }

        return dropped.ToImmutable();
    }

    /// <summary>Keeps an entry that is in the buffer until <paramref name="dot"/> is delivered: its predecessor, or an update of another origin.</summary>
    public void WaitFor(Dot waiter, Dot dot)
    {
        if (waiter.Replica == dot.Replica)
        {
            return; // found by its counter
        }

        StopWaiting(waiter); // it may have been looked at because of its predecessor, which is delivered again after a step that was undone
        _waiters.Add(waiter, (dot, _waiting.TryGetValue(dot, out var first) ? first : null));
        _waiting[dot] = waiter;
    }

    /// <summary>Keeps an entry that is in the buffer until its timestamp is no longer too far ahead.</summary>
    public void WaitForTime(Update update) => _early.Add((update.Timestamp, update.Dot));

    /// <summary>Gives the entries that wait for <paramref name="delivered"/>. They stay in the buffer, and are to be looked at.</summary>
    public void Wake(Dot delivered, Queue<Dot> woken)
    {
        var successor = delivered with { Counter = delivered.Counter + 1 };
        if (Contains(successor))
        {
            woken.Enqueue(successor);
        }

        if (_waiting.Remove(delivered, out var first))
        {
            for (Dot? next = first; next is { } waiter;)
            {
                woken.Enqueue(waiter);
                _waiters.Remove(waiter, out var entry);
                next = entry.Next;
            }
        }
    }

    /// <summary>Gives all entries, whatever they wait for, as <see cref="Wake"/>.</summary>
    public void WakeAll(Queue<Dot> woken)
    {
        _early.Clear();
        _waiting.Clear();
        _waiters.Clear();
        foreach (var entry in InOrder())
        {
            woken.Enqueue(entry.Update.Dot);
        }
    }

    /// <summary>Gives the entries with timestamps up to <paramref name="limit"/> that wait for time to pass, as <see cref="Wake"/>.</summary>
    public void WakeEarly(HybridTimestamp limit, Queue<Dot> woken)
    {
        while (_early.Count > 0 && _early.Min is var first && first.Timestamp <= limit)
        {
            _early.Remove(first);
            woken.Enqueue(first.Dot);
        }
    }

    /// <returns>What is no longer here; <c>null</c> if it was not.</returns>
    public BufferedUpdate? Remove(Dot dot)
    {
        if (!_origins.TryGetValue(dot.Replica, out var origin) || !origin.Remove(dot.Counter, out var entry))
        {
            return null;
        }

        Count--;
        Bytes -= SizeOf(entry.Update);
        StopWaiting(dot);
        if (_early.Count > 0)
        {
            _early.Remove((entry.Update.Timestamp, dot));
        }

        return entry;
    }

    private void Insert(in BufferedUpdate entry)
    {
        if (!_origins.TryGetValue(entry.Update.Origin, out var origin))
        {
            _origins.Add(entry.Update.Origin, origin = new BufferedOrigin());
        }

        origin.Add(entry);
        Count++;
        Bytes += SizeOf(entry.Update);
    }

    private void StopWaiting(Dot waiter)
    {
        if (_waiters.Count == 0 || !_waiters.Remove(waiter, out var entry))
        {
            return;
        }

        if (_waiting[entry.For] != waiter)
        {
            var at = _waiting[entry.For];
            while (_waiters[at].Next != waiter)
            {
                at = _waiters[at].Next!.Value;
            }

            _waiters[at] = _waiters[at] with { Next = entry.Next };
        }
        else if (entry.Next is { } next)
        {
            _waiting[entry.For] = next;
        }
        else
        {
            _waiting.Remove(entry.For);
        }
    }

    private Dot? Furthest(VectorClock delivered)
    {
        Dot? furthest = null;
        long distance = 1; // an update at distance 1 is next in line: it has a reserved place
        foreach (var (origin, waiting) in _origins)
        {
            if (waiting.IsEmpty)
            {
                continue;
            }

            var last = new Dot(origin, waiting.Last);
            var ahead = last.Counter - delivered[origin];
            if (ahead > distance || (ahead == distance && furthest > last)) // the same whatever the order of arrival
            {
                (furthest, distance) = (last, ahead);
            }
        }

        return furthest;
    }

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
