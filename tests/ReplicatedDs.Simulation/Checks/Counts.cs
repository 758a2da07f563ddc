using System.Globalization;
using System.Text;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Simulation.Checks;

/// <summary>The checkers' own clock, a plain table by id: it shares no code with the clock that it checks.</summary>
internal sealed class Counts
{
    private long[] _counts = new long[16];

    public Counts()
    {
    }

    private Counts(long[] counts) => _counts = counts;

    /// <summary>One past the greatest id that may have an entry.</summary>
    public int Length => _counts.Length;

    /// <summary>How many updates it counts.</summary>
    public long Total => _counts.Sum();

    public long this[int id]
    {
        get => id < _counts.Length ? _counts[id] : 0;
        set
        {
            if (id >= _counts.Length)
            {
                Array.Resize(ref _counts, Math.Max(id + 1, _counts.Length * 2));
            }

            _counts[id] = value;
        }
    }

    public static Counts Of(VectorClock clock)
    {
        var counts = new Counts();
        foreach (var (replica, counter) in clock)
        {
            counts[replica.Value] = counter;
        }

        return counts;
    }

    public Counts Copy() => new((long[])_counts.Clone());

    public void Include(Dot dot) => this[dot.Replica.Value] = Math.Max(this[dot.Replica.Value], dot.Counter);

    public void Include(Counts other)
    {
        for (var id = 0; id < other._counts.Length; id++)
        {
            this[id] = Math.Max(this[id], other._counts[id]);
        }
    }

    public bool Has(Dot dot) => this[dot.Replica.Value] >= dot.Counter;

    public bool IsAtLeast(Counts other)
    {
        for (var id = 0; id < other._counts.Length; id++)
        {
            if (this[id] < other._counts[id])
            {
                return false;
            }
        }

        return true;
    }

    public bool Same(VectorClock clock) => Same(Of(clock));

    public bool Same(Counts other) => IsAtLeast(other) && other.IsAtLeast(this);

    public override string ToString()
    {
        var text = new StringBuilder("{");
        for (var id = 0; id < _counts.Length; id++)
        {
            if (_counts[id] != 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 1 ? ", " : "")}{id}:{_counts[id]}");
            }
        }

        return text.Append('}').ToString();
    }
}
