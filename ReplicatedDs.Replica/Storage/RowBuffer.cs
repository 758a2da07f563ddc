using System.Buffers;
using System.Runtime.InteropServices;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Wire;

namespace ReplicatedDs.Replica.Storage;

/// <summary>Rows of the log that are not in the database yet, encoded. Its memory is used again. Used by one thread at a time.</summary>
internal sealed class RowBuffer(StoreLimits limits)
{
    /// <summary>Memory that is kept for the next rows.</summary>
    private const int CapacityKept = 4 << 20;

    // The bytes of the rows one after the other, where each row is, and the ranges of each.
    private ArrayBufferWriter<byte> _encoded = new();
    private readonly List<(Range Bytes, Range Ranges)> _rows = [];
    private readonly List<(ReplicaId Origin, long First, long Last)> _ranges = [];

    /// <summary>How many rows there are.</summary>
    public int Count => _rows.Count;

    /// <summary>How many bytes they have.</summary>
    public int Bytes => _encoded.WrittenCount;

    /// <summary>The bytes of a row.</summary>
    public ReadOnlySpan<byte> Row(int index) => _encoded.WrittenSpan[_rows[index].Bytes];

    /// <summary>Which counters of which origins a row holds.</summary>
    public ReadOnlySpan<(ReplicaId Origin, long First, long Last)> RangesOf(int index) => CollectionsMarshal.AsSpan(_ranges)[_rows[index].Ranges];

    /// <summary>Adds updates in delivery order as new rows, as few as the limits allow.</summary>
    /// <exception cref="ArgumentException">A row would hold updates of an origin that do not follow one another. Some may have been added: see <see cref="CutTo"/>.</exception>
    public void Add(ReadOnlySpan<Update> updates)
    {
        while (!updates.IsEmpty)
        {
            var firstRange = _ranges.Count;
            var count = 0;
            var size = 0L;
            while (count < updates.Length && count < limits.RowUpdatesMax)
            {
                var update = updates[count];
                size += UpdateSize.Of(update);
                if (size > limits.RowBytesMax && count > 0)
                {
                    break;
                }

                AddToRange(update.Dot, firstRange, nameof(updates));
                count++;
            }

            var start = _encoded.WrittenCount;
            UpdateCodec.WriteBatch(_encoded, updates[..count]);
            _rows.Add((start.._encoded.WrittenCount, firstRange.._ranges.Count));
            updates = updates[count..];
        }
    }

    /// <summary>Forgets all but so many of the oldest rows, and what was begun behind them.</summary>
    public void CutTo(int count)
    {
        var (bytes, ranges) = count == 0 ? (0, 0) : (_rows[count - 1].Bytes.End.Value, _rows[count - 1].Ranges.End.Value);
        _rows.RemoveRange(count, _rows.Count - count);
        _ranges.RemoveRange(ranges, _ranges.Count - ranges);
        if (_encoded.Capacity > CapacityKept || bytes > 0)
        {
            var kept = _encoded.WrittenSpan[..bytes];
            _encoded = new ArrayBufferWriter<byte>(Math.Max(bytes, 256));
            _encoded.Write(kept);
        }
        else
        {
            _encoded.ResetWrittenCount();
        }
    }

    /// <summary>Counts an update to its origin's range of the row whose ranges begin at <paramref name="firstRange"/>. A row has few origins.</summary>
    private void AddToRange(Dot dot, int firstRange, string parameter)
    {
        for (var i = _ranges.Count - 1; i >= firstRange; i--)
        {
            var (origin, first, last) = _ranges[i];
            if (origin == dot.Replica)
            {
                _ranges[i] = last == dot.Counter - 1
                    ? (origin, first, dot.Counter)
                    : throw new ArgumentException($"{dot} is appended behind {origin}#{last}.", parameter);
                return;
            }
        }

        _ranges.Add((dot.Replica, dot.Counter, dot.Counter));
    }
}
