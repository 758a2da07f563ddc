using System.Globalization;
using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;

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

    /// <summary>A clock of one that knows <paramref name="members"/>: the ids that it leaves out because they are retired count as all of theirs.</summary>
    public static Counts Of(VectorClock clock, MemberTable members)
    {
        var counts = Of(clock);
        foreach (var member in members.Where(member => member.IsRetired))
        {
            counts[member.Id.Value] = member.Final;
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

    public bool Same(ReplicaState state) => Same(Of(state.Delivered, state.Members));

    public bool Same(VectorClock clock, MemberTable members) => Same(Of(clock, members));

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
