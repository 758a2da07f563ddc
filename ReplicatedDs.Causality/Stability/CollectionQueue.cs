using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Stability;

/// <summary>
/// The keys that will have something to collect once an update is stable: a tombstone to forget, for example. By origin and counter, so that a
/// stable vector that rises meets only the keys that it frees.
/// </summary>
internal sealed class CollectionQueue
{
    private readonly SortedDictionary<ReplicaId, PriorityQueue<string, long>> _byOrigin = [];

    public int Count { get; private set; }

    public void Add(string key, Dot dot)
    {
        if (!_byOrigin.TryGetValue(dot.Replica, out var keys))
        {
            _byOrigin.Add(dot.Replica, keys = new PriorityQueue<string, long>());
        }

        keys.Enqueue(key, dot.Counter);
        Count++;
    }

    /// <summary>Takes out up to <paramref name="limit"/> keys whose update <paramref name="isStable"/>.</summary>
    public List<(string Key, Dot Dot)> Take(Func<Dot, bool> isStable, int limit)
    {
        var taken = new List<(string, Dot)>();
        foreach (var (origin, keys) in _byOrigin)
        {
            while (taken.Count < limit && keys.TryPeek(out var key, out var counter) && isStable(new Dot(origin, counter)))
            {
                keys.Dequeue();
                taken.Add((key, new Dot(origin, counter)));
            }
        }

        Count -= taken.Count;
        return taken;
    }
}
