using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Replica.Storage;

/// <summary>
/// The newest updates of the log in memory, so that peers which keep up are served without the disk. Bounded in number and bytes.
/// Safe from any thread.
/// </summary>
internal sealed class RecentUpdates(int countMax, long bytesMax)
{
    private readonly Lock _gate = new();

    // Invariant: per origin consecutive counters; _order says of the same updates, in order of arrival, what it takes to forget them without looking at them
    // again, which are old by then.
    private readonly Dictionary<ReplicaId, Tail> _byOrigin = [];
    private readonly Queue<(Tail Tail, long Bytes)> _order = new();
    private long _bytes;

    public void Add(ReadOnlySpan<Update> updates)
    {
        lock (_gate)
        {
            foreach (var update in updates)
            {
                if (!_byOrigin.TryGetValue(update.Origin, out var tail))
                {
                    _byOrigin[update.Origin] = tail = new Tail();
                }

                var bytes = UpdateSize.Of(update);
                tail.Add(update);
                _order.Enqueue((tail, bytes));
                _bytes += bytes;
            }

            while (_order.Count > countMax || _bytes > bytesMax)
            {
                var (tail, bytes) = _order.Dequeue();
                tail.RemoveOldest();
                _bytes -= bytes;
            }
        }
    }

    /// <summary>Forgets everything: what comes next does not follow on what is here.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _byOrigin.Clear();
            _order.Clear();
            _bytes = 0;
        }
    }

    /// <summary>Consecutive updates from <paramref name="first"/> on; empty if that one is not here.</summary>
    public ImmutableArray<Update> Read(ReplicaId origin, long first, long last, long budget)
    {
        lock (_gate)
        {
            var rest = _byOrigin.TryGetValue(origin, out var tail) ? tail.From(first) : default;
            var count = 0;
            while (count < rest.Length && rest[count].Dot.Counter <= last)
            {
                budget -= UpdateSize.Of(rest[count]);
                if (budget < 0 && count > 0)
                {
                    break;
                }

                count++;
            }

            return [.. rest[..count]];
        }
    }

    /// <summary>The updates of one origin: a list whose removed front is cut off now and then, so that every access is by index.</summary>
    private sealed class Tail
    {
        private readonly List<Update> _updates = [];
        private int _removed;

        public void Add(Update update) => _updates.Add(update);

        public void RemoveOldest()
        {
            _removed++;
            if (_removed > 1024 && _removed > _updates.Count / 2)
            {
                _updates.RemoveRange(0, _removed);
                _removed = 0;
            }
            else
            {
                _updates[_removed - 1] = null!;
            }
        }

        public ReadOnlySpan<Update> From(long counter)
        {
            var kept = CollectionsMarshal.AsSpan(_updates)[_removed..];
            return kept.IsEmpty || counter < kept[0].Dot.Counter || counter - kept[0].Dot.Counter >= kept.Length
                ? default
                : kept[(int)(counter - kept[0].Dot.Counter)..];
        }
    }
}
