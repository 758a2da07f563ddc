using System.Collections;
using System.Globalization;
using System.Text;
using ReplicatedDs.Causality.Collections;

namespace ReplicatedDs.Causality.Clocks;

/// <summary>
/// An immutable map from replica id to a count of its updates. An absent replica counts as 0, so replicas can join without
/// anybody rewriting clocks. Entries are kept and enumerated in ascending order of id; entries of 0 are not kept.
/// A clock may leave out retired ids, which then count as another clock says when it is asked (R8); they are no part of it otherwise.
/// </summary>
/// <remarks>
/// Fidge (1988) and Mattern (1989), with the modification that the clock counts updates, not messages, and that it is sparse:
/// see also Parker et al., "Detection of Mutual Inconsistency in Distributed Systems" (1983) for version vectors.
/// </remarks>
public sealed class VectorClock : IEquatable<VectorClock>, IReadOnlyCollection<Dot>
{
    public static readonly VectorClock Empty = new([], []);

    // Invariant: same length, _ids strictly ascending, every counter at least 1.
    private readonly int[] _ids;
    private readonly long[] _counters;
    private readonly VectorClock? _retired;

    private VectorClock(int[] ids, long[] counters, VectorClock? retired = null)
    {
        _ids = ids;
        _counters = counters;
        _retired = retired;
    }

    /// <summary>The ids with an entry, ascending; <see cref="Counters"/> has their counters at the same places.</summary>
    internal ReadOnlySpan<int> Ids => _ids;

    internal ReadOnlySpan<long> Counters => _counters;

    /// <summary>Takes over arrays that already satisfy the invariant; nobody may change them afterwards.</summary>
    internal static VectorClock FromSorted(int[] ids, long[] counters) => ids.Length == 0 ? Empty : new VectorClock(ids, counters);

    /// <summary>The number of replicas with an entry.</summary>
    public int Count => _ids.Length;

    /// <summary>The entry of <paramref name="replica"/>; if it is absent, what it was retired at, else 0.</summary>
    public long this[ReplicaId replica]
    {
        get
        {
            var index = Find(replica.Value);
            return index >= 0 ? _counters[index] : _retired is null ? 0 : _retired[replica];
        }
    }

    /// <summary>Builds a clock from entries in any order; of several for one replica the greatest counts.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A replica id below 1 or a negative counter.</exception>
    public static VectorClock From(IEnumerable<Dot> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var sorted = new SortedDictionary<int, long>();
        foreach (var (replica, counter) in entries)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(replica.Value, 1, nameof(entries));
            ArgumentOutOfRangeException.ThrowIfNegative(counter, nameof(entries));
            if (counter > 0 && (!sorted.TryGetValue(replica.Value, out var known) || known < counter))
            {
                sorted[replica.Value] = counter;
            }
        }

        return sorted.Count == 0 ? Empty : new VectorClock([.. sorted.Keys], [.. sorted.Values]);
    }

    public static VectorClock Of(params ReadOnlySpan<(int Replica, long Counter)> entries)
    {
        var dots = new Dot[entries.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            dots[i] = new Dot(entries[i].Replica, entries[i].Counter);
        }

        return From(dots);
    }

    /// <summary>Whether the update named by <paramref name="dot"/> is among those that this clock counts.</summary>
    public bool Covers(Dot dot) => this[dot.Replica] >= dot.Counter;

    /// <summary>Whether every entry is at least that of <paramref name="other"/>.</summary>
    public bool Covers(VectorClock other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (_retired is null && _ids.AsSpan().SequenceEqual(other._ids))
        {
            return CoversCounters(_counters, other._counters); // the clocks of a cluster nearly always have the same entries
        }

        var mine = 0;
        for (var i = 0; i < other._ids.Length; i++)
        {
            while (mine < _ids.Length && _ids[mine] < other._ids[i])
            {
                mine++;
            }

            if ((mine == _ids.Length || _ids[mine] != other._ids[i] || _counters[mine] < other._counters[i])
                && (_retired is null || _retired[new ReplicaId(other._ids[i])] < other._counters[i]))
            {
                return false;
            }
        }

        return true;
    }

    public ClockOrdering CompareTo(VectorClock other) => (Covers(other), other.Covers(this)) switch
    {
        (true, true) => ClockOrdering.Equal,
        (true, false) => ClockOrdering.After,
        (false, true) => ClockOrdering.Before,
        _ => ClockOrdering.Concurrent,
    };

    /// <summary>This clock with the entry of <paramref name="replica"/> set to <paramref name="counter"/> (0 removes it).</summary>
    public VectorClock With(ReplicaId replica, long counter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replica.Value, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(counter);
        var index = Find(replica.Value);
        if (index >= 0)
        {
            if (_counters[index] == counter)
            {
                return this;
            }

            if (counter == 0)
            {
                return new VectorClock(ArrayEdits.Without(_ids, index), ArrayEdits.Without(_counters, index), _retired);
            }

            // The ids are shared: most clocks of a cluster differ in counters only.
            var counters = (long[])_counters.Clone();
            counters[index] = counter;
            return new VectorClock(_ids, counters, _retired);
        }

        return counter == 0 ? this : new VectorClock(ArrayEdits.Insert(_ids, ~index, replica.Value), ArrayEdits.Insert(_counters, ~index, counter), _retired);
    }

    /// <summary>This clock with <paramref name="dot"/> covered; unchanged if it is already.</summary>
    public VectorClock With(Dot dot) => Covers(dot) ? this : With(dot.Replica, dot.Counter);

    public VectorClock Without(ReplicaId replica) => With(replica, 0);

    /// <summary>This clock, in which the ids of <paramref name="retired"/> that it has no entry for count as there. It compares, enumerates and travels as before.</summary>
    public VectorClock Over(VectorClock retired)
    {
        ArgumentNullException.ThrowIfNull(retired);
        return ReferenceEquals(_retired, retired) || (_retired is null && retired.Count == 0)
            ? this
            : new VectorClock(_ids, _counters, retired.Count == 0 ? null : retired);
    }

    /// <summary>This clock without entries for the ids of <paramref name="retired"/>, which count as there.</summary>
    public VectorClock Retire(VectorClock retired)
    {
        ArgumentNullException.ThrowIfNull(retired);
        var clock = this;
        if (retired.Count > 0)
        {
            foreach (var id in _ids)
            {
                clock = retired.Find(id) >= 0 ? clock.Without(new ReplicaId(id)) : clock;
            }
        }

        return clock.Over(retired);
    }

    /// <summary>The entry-wise maximum: the smallest clock that covers both.</summary>
    public VectorClock Merge(VectorClock other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Covers(other) ? this : other.Covers(this) ? other : Combine(other, keepAbsent: true);
    }

    /// <summary>The entry-wise minimum: the greatest clock that both cover.</summary>
    public VectorClock Meet(VectorClock other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Covers(other) ? other : other.Covers(this) ? this : Combine(other, keepAbsent: false);
    }

    public IEnumerator<Dot> GetEnumerator()
    {
        for (var i = 0; i < _ids.Length; i++)
        {
            yield return new Dot(_ids[i], _counters[i]);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Equals(VectorClock? other) =>
        other is not null && _ids.AsSpan().SequenceEqual(other._ids) && _counters.AsSpan().SequenceEqual(other._counters);

    public override bool Equals(object? obj) => Equals(obj as VectorClock);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        for (var i = 0; i < _ids.Length; i++)
        {
            hash.Add(_ids[i]);
            hash.Add(_counters[i]);
        }

        return hash.ToHashCode();
    }

    /// <summary>For people and logs: <c>{1:4, 2:17}</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("{");
        for (var i = 0; i < _ids.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ", ")}{_ids[i]}:{_counters[i]}");
        }

        return text.Append('}').ToString();
    }

    private static bool CoversCounters(long[] mine, long[] others)
    {
        for (var i = 0; i < mine.Length && i < others.Length; i++)
        {
            if (mine[i] < others[i])
            {
                return false;
            }
        }

        return true;
    }

    private VectorClock Combine(VectorClock other, bool keepAbsent)
    {
        var ids = new List<int>(_ids.Length + other._ids.Length);
        var counters = new List<long>(ids.Capacity);
        int i = 0, j = 0;
        while (i < _ids.Length || j < other._ids.Length)
        {
            var left = i < _ids.Length ? _ids[i] : int.MaxValue;
            var right = j < other._ids.Length ? other._ids[j] : int.MaxValue;
            if (left == right)
            {
                ids.Add(left);
                counters.Add(keepAbsent ? Math.Max(_counters[i], other._counters[j]) : Math.Min(_counters[i], other._counters[j]));
                i++;
                j++;
                continue;
            }

            if (keepAbsent)
            {
                ids.Add(Math.Min(left, right));
                counters.Add(left < right ? _counters[i] : other._counters[j]);
            }

            (i, j) = left < right ? (i + 1, j) : (i, j + 1);
        }

        return ids.Count == 0 ? Empty : new VectorClock([.. ids], [.. counters]);
    }

    private int Find(int id)
    {
        // Clusters are small: a scan beats a binary search up to a few dozen entries.
        var ids = _ids;
        if (ids.Length > 32)
        {
            return Array.BinarySearch(ids, id);
        }

        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] >= id)
            {
                return ids[i] == id ? i : ~i;
            }
        }

        return ~ids.Length;
    }
}
