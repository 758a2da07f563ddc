using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Values;

/// <summary>
/// The members of a set, each with the updates that added it and that no removal has seen: so a member that is added while another replica
/// removes it stays. Immutable, ordered by UTF-16 code units.
/// </summary>
/// <remarks>The optimized observed-remove set of Bieniusa et al., "An Optimized Conflict-free Replicated Set" (2012).</remarks>
public sealed class MemberSet
{
    public static readonly MemberSet Empty = new(ImmutableSortedDictionary.Create<string, ImmutableArray<Dot>>(StringComparer.Ordinal));

    // Invariant: no member without a dot; the dots of a member ascend.
    private readonly ImmutableSortedDictionary<string, ImmutableArray<Dot>> _members;

    private MemberSet(ImmutableSortedDictionary<string, ImmutableArray<Dot>> members) => _members = members;

    public int Count => _members.Count;

    /// <summary>The members in order.</summary>
    public IEnumerable<string> Names => _members.Keys;

    /// <summary>The members in order, with the updates that added them.</summary>
    public IEnumerable<KeyValuePair<string, ImmutableArray<Dot>>> All => _members;

    public bool Contains(string member) => _members.ContainsKey(member);

    /// <exception cref="ArgumentException">A member comes twice or has no dots in ascending order.</exception>
    public static MemberSet Of(IEnumerable<KeyValuePair<string, ImmutableArray<Dot>>> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        var builder = Empty._members.ToBuilder();
        foreach (var (member, dots) in members)
        {
            if (dots.IsEmpty || dots.Zip(dots.Skip(1)).Any(pair => pair.First >= pair.Second))
            {
                throw new ArgumentException("A member of a set has dots in ascending order.", nameof(members));
            }

            builder.Add(member, dots);
        }

        return From(builder.ToImmutable());
    }

    public MemberSet Add(string member, Dot dot, VectorClock context) =>
        From(_members.SetItem(member, [.. Unseen(member, dot, context).Append(dot).Order()]));

    public MemberSet Remove(string member, Dot dot, VectorClock context)
    {
        ImmutableArray<Dot> left = [.. Unseen(member, dot, context)];
        return From(left.IsEmpty ? _members.Remove(member) : _members.SetItem(member, left));
    }

    /// <summary>What is left after a set or delete named <paramref name="dot"/> that saw <paramref name="context"/>.</summary>
    public MemberSet Reset(VectorClock context, Dot dot) => Where((_, added) => added != dot && !context.Covers(added));

    public MemberSet Without(Dot dot) => Where((_, added) => added != dot);

    public static MemberSet Join(MemberSet mine, VectorClock mineDelivered, MemberSet theirs, VectorClock theirsDelivered)
    {
        if (theirs.Count == 0 && mine.Count == 0)
        {
            return mine;
        }

        var kept = mine.Where((member, dot) => !theirsDelivered.Covers(dot) || theirs.Has(member, dot))._members.ToBuilder();
        foreach (var (member, dots) in theirs._members)
        {
            ImmutableArray<Dot> added = [.. dots.Where(dot => !mineDelivered.Covers(dot))];
            if (!added.IsEmpty)
            {
                kept[member] = [.. kept.GetValueOrDefault(member, []).Concat(added).Order()];
            }
        }

        return From(kept.ToImmutable());
    }

    private static MemberSet From(ImmutableSortedDictionary<string, ImmutableArray<Dot>> members) => members.IsEmpty ? Empty : new MemberSet(members);

    private IEnumerable<Dot> Unseen(string member, Dot dot, VectorClock context) =>
        _members.GetValueOrDefault(member, []).Where(added => added != dot && !context.Covers(added));

    private bool Has(string member, Dot dot) => _members.GetValueOrDefault(member, []).Contains(dot);

    private MemberSet Where(Func<string, Dot, bool> stays)
    {
        var builder = _members.ToBuilder();
        foreach (var (member, dots) in _members)
        {
            ImmutableArray<Dot> left = [.. dots.Where(dot => stays(member, dot))];
            if (left.IsEmpty)
            {
                builder.Remove(member);
            }
            else if (left.Length < dots.Length)
            {
                builder[member] = left;
            }
        }

        return From(builder.ToImmutable());
    }
}
