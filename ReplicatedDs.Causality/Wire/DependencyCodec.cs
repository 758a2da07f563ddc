using System.Buffers;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Wire;

/// <summary>
/// The dependencies of an update, written against those of its origin's previous update in the same batch. The origin's own entry is
/// implied by the counter and never written. One instance serves one batch.
/// </summary>
/// <remarks>
/// Two forms of the difference. Sparse lists what grew: short in bursts, when little arrives between two writes. Dense gives half a
/// byte to every entry: short when all replicas write alike, where nearly every entry moves by a little.
/// </remarks>
internal sealed class DependencyCodec
{
    /// <summary>A half byte of this value says that the rest of the increment follows behind the block.</summary>
    private const int Escape = 15;

    // The difference found by Choose and written by Write.
    private readonly List<int> _changedIds = [];
    private readonly List<long> _changedBy = [];
    private readonly List<long> _increments = [];
    private int _entriesLeft = WireLimits.BatchClockEntriesMax;

    /// <summary>Finds the shortest form. <see cref="Write"/> must follow before the next call.</summary>
    public DependencyForm Choose(VectorClock? previous, VectorClock dependencies, ReplicaId origin)
    {
        if (dependencies.Count > WireLimits.ClockEntriesMax)
        {
            throw new ArgumentException($"A clock with {dependencies.Count} entries cannot be written; at most {WireLimits.ClockEntriesMax} can.");
        }

        if (!TrySpend(dependencies.Count + 1))
        {
            throw new ArgumentException($"The updates of a batch have more than {WireLimits.BatchClockEntriesMax} clock entries together.");
        }

        return previous is null || !TryCompare(previous, dependencies, origin.Value, out var sparse, out var dense) ? DependencyForm.Absolute
            : _changedIds.Count == 0 ? DependencyForm.Unchanged
            : sparse <= dense ? DependencyForm.Sparse
            : DependencyForm.Dense;
    }

    public void Write(IBufferWriter<byte> target, DependencyForm form, VectorClock dependencies, ReplicaId origin)
    {
        if (form == DependencyForm.Absolute)
        {
            target.WriteClock(dependencies.Without(origin));
        }
        else if (form == DependencyForm.Sparse)
        {
            target.WriteVarint((ulong)_changedIds.Count);
            var before = 0;
            for (var i = 0; i < _changedIds.Count; i++)
            {
                target.WriteVarint((ulong)(_changedIds[i] - before));
                target.WriteVarint((ulong)_changedBy[i]);
                before = _changedIds[i];
            }
        }
        else if (form == DependencyForm.Dense)
        {
            for (var i = 0; i < _increments.Count; i += 2)
            {
                var high = Math.Min(_increments[i], Escape);
                var low = i + 1 < _increments.Count ? Math.Min(_increments[i + 1], Escape) : 0;
                target.WriteByte((byte)((high << 4) | low));
            }

            foreach (var increment in _increments)
            {
                if (increment >= Escape)
                {
                    target.WriteVarint((ulong)(increment - Escape));
                }
            }
        }
    }

    /// <param name="previous">The dependencies of the origin's previous update in the batch, if there is one.</param>
    /// <param name="dot">The update whose dependencies these are.</param>
    public VectorClock Read(ref WireReader reader, DependencyForm form, VectorClock? previous, Dot dot)
    {
        var origin = dot.Replica;
        VectorClock others;
        if (form == DependencyForm.Absolute)
        {
            others = reader.ReadClock();
            if (others[origin] != 0)
            {
                throw new WireFormatException($"The dependencies of {dot} list its own replica.");
            }
        }
        else
        {
            others = previous ?? throw new WireFormatException($"{dot} is the first of its replica in the batch but does not list its dependencies in full.");
        }

        if (!TrySpend(others.Count + 1))
        {
            throw new WireFormatException($"The updates of a batch have more than {WireLimits.BatchClockEntriesMax} clock entries together.");
        }

        others = form switch
        {
            DependencyForm.Sparse => ReadSparse(ref reader, others, origin.Value),
            DependencyForm.Dense => ReadDense(ref reader, others, origin.Value),
            _ => others,
        };
        var clock = others.With(origin, dot.Counter - 1);
        return clock.Count <= WireLimits.ClockEntriesMax
            ? clock
            : throw new WireFormatException($"The dependencies of {dot} have more than {WireLimits.ClockEntriesMax} entries.");
    }

    private static VectorClock ReadSparse(ref WireReader reader, VectorClock previous, int origin)
    {
        var count = reader.ReadCount(WireLimits.ClockEntriesMax, 2, "changed clock entries");
        var oldIds = previous.Ids;
        var oldCounters = previous.Counters;
        var ids = new List<int>(oldIds.Length + count);
        var counters = new List<long>(oldIds.Length + count);
        var old = 0;
        var before = 0;
        for (var i = 0; i < count; i++)
        {
            var id = before = reader.ReadNextId(before);
            if (id == origin)
            {
                throw new WireFormatException($"The dependencies of an update list its own replica, {origin}.");
            }

            for (; old < oldIds.Length && oldIds[old] < id; old++)
            {
                ids.Add(oldIds[old]);
                counters.Add(oldCounters[old]);
            }

            var known = old < oldIds.Length && oldIds[old] == id ? oldCounters[old++] : 0;
            ids.Add(id);
            counters.Add(known + reader.ReadCounter(most: long.MaxValue - known));
        }

        for (; old < oldIds.Length; old++)
        {
            ids.Add(oldIds[old]);
            counters.Add(oldCounters[old]);
        }

        return VectorClock.FromSorted([.. ids], [.. counters]);
    }

    private static VectorClock ReadDense(ref WireReader reader, VectorClock previous, int origin)
    {
        var ids = previous.Ids.ToArray();
        var counters = previous.Counters.ToArray();
        var own = Array.BinarySearch(ids, origin);
        var block = reader.ReadRaw((ids.Length - (own < 0 ? 0 : 1) + 1) / 2);
        var at = 0;
        for (var i = 0; i < ids.Length; i++)
        {
            if (i == own)
            {
                continue;
            }

            long increment = (at & 1) == 0 ? block[at / 2] >> 4 : block[at / 2] & 15;
            at++;
            var most = long.MaxValue - counters[i];
            if (increment == Escape)
            {
                increment += reader.ReadCounter(0, long.MaxValue - Escape);
            }

            counters[i] += increment <= most ? increment : throw new WireFormatException("A clock entry overflows.");
        }

        return VectorClock.FromSorted(ids, counters);
    }

    private bool TrySpend(int entries)
    {
        _entriesLeft -= entries;
        return _entriesLeft >= 0;
    }

    /// <summary>Collects what grew and what it costs; false if anything shrank or vanished, which a difference cannot say.</summary>
    private bool TryCompare(VectorClock previous, VectorClock current, int origin, out int sparse, out int dense)
    {
        _changedIds.Clear();
        _changedBy.Clear();
        _increments.Clear();
        sparse = dense = 0;
        var oldIds = previous.Ids;
        var oldCounters = previous.Counters;
        var newIds = current.Ids;
        var newCounters = current.Counters;
        var old = 0;
        var before = 0;
        var newcomers = false;
        for (var i = 0; i < newIds.Length; i++)
        {
            var id = newIds[i];
            if (id == origin)
            {
                continue;
            }

            old += old < oldIds.Length && oldIds[old] == origin ? 1 : 0;
            var isKnown = old < oldIds.Length && oldIds[old] == id;
            var increment = newCounters[i] - (isKnown ? oldCounters[old] : 0);
            if (increment < 0 || (!isKnown && old < oldIds.Length && oldIds[old] < id))
            {
                return false;
            }

            if (isKnown)
            {
                _increments.Add(increment);
                dense += increment < Escape ? 0 : WireWriter.VarintLength((ulong)(increment - Escape));
                old++;
            }

            if (increment > 0)
            {
                _changedIds.Add(id);
                _changedBy.Add(increment);
                sparse += WireWriter.VarintLength((ulong)(id - before)) + WireWriter.VarintLength((ulong)increment);
                before = id;
                newcomers |= !isKnown;
            }
        }

        old += old < oldIds.Length && oldIds[old] == origin ? 1 : 0;
        sparse += WireWriter.VarintLength((ulong)_changedIds.Count);

        // A replica's first appearance is rare: only the sparse form can say it.
        dense = newcomers ? int.MaxValue : dense + ((_increments.Count + 1) / 2);
        return old == oldIds.Length;
    }
}
