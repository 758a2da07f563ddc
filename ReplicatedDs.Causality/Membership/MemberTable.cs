using System.Collections;
using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Membership;

/// <summary>
/// The membership as one replica knows it: a function of the membership operations that it has delivered (R1). Immutable; enumerated by id.
/// </summary>
public sealed class MemberTable : IReadOnlyCollection<Member>
{
    public static readonly MemberTable Empty = new(ImmutableSortedDictionary<ReplicaId, Member>.Empty);

    private readonly ImmutableSortedDictionary<ReplicaId, Member> _members;
    private readonly ImmutableArray<Member> _unsettled;
    private readonly VectorClock _settled;

    private MemberTable(ImmutableSortedDictionary<ReplicaId, Member> members)
    {
        _members = members;
        HasGuests = members.Values.Any(static member => member.Status == MemberStatus.Guest);
        var retired = members.Values.Where(static member => member.IsRetired).ToList();
        _unsettled = [.. retired.Where(static member => !member.Retirement!.IsSettled)];
        Retired = VectorClock.From(retired.Select(static member => new Dot(member.Id, member.Final)));
        _settled = _unsettled.IsEmpty ? Retired : VectorClock.From(
            retired.Where(static member => member.Retirement!.IsSettled).Select(static member => new Dot(member.Id, member.Final)));
    }

    public int Count => _members.Count;

    /// <summary>The largest id ever admitted, 0 if none.</summary>
    public ReplicaId HighestId => _members.Count == 0 ? default : _members.Keys.Last();

    /// <summary>Whether there are senders of hand-delivered updates (lab).</summary>
    public bool HasGuests { get; }

    /// <summary>The retired ids, each with the last counter of its member: what it counts as in clocks that leave it out.</summary>
    public VectorClock Retired { get; }

    public static MemberTable Of(IEnumerable<Member> members) => new(members.ToImmutableSortedDictionary(member => member.Id, member => member));

    public Member? Find(ReplicaId id) => _members.GetValueOrDefault(id);

    /// <summary>Whether the member is active and not declared dead.</summary>
    public bool IsServing(ReplicaId id) => Find(id)?.IsServing ?? false;

    /// <summary>The table after one more delivered operation of <paramref name="update"/>.</summary>
    public MemberTable Apply(Update update, MembershipOperation operation)
    {
        ArgumentNullException.ThrowIfNull(update);
        ArgumentNullException.ThrowIfNull(operation);
        var known = Find(operation.Replica);
        return operation switch
        {
            // The first Admit of an id wins here; a second one with another incarnation is the alarm of R2, raised by the core.
            AdmitOperation admit when known is null => Set(new Member(
                admit.Replica, admit.Incarnation, admit.Name, admit.HttpAddress, admit.PeerAddress, MemberStatus.Joining, update.Dot, update.Clock.Retire(Retired))),
            GuestOperation guest when known is null => Set(new Member(
                guest.Replica, default, $"guest-{guest.Replica}", "", "", MemberStatus.Guest, update.Dot, update.Clock.Retire(Retired))),
            ActivateOperation when known is { Status: MemberStatus.Joining } && known.Sponsor == update.Origin =>
                Set(known with { Status = MemberStatus.Active, Activated = update.Dot }),
            AbortOperation when known is { Status: MemberStatus.Joining } && known.Sponsor == update.Origin =>
                Set(known with { Status = MemberStatus.Departed }),
            LeaveOperation when known is not null && operation.Replica == update.Origin =>
                Set(known with { Status = MemberStatus.Departed, Final = update.Dot.Counter }),
            IntentOperation intent when known is { IsPresent: true } => Set(known with
            {
                Eviction = new Eviction(
                    intent.IsForced || known.Eviction is { IsForced: true }, known.Eviction?.PromisedBy ?? VectorClock.Empty),
            }),
            PromiseOperation when known is { Eviction: { } eviction, IsPresent: true } => Set(known with
            {
                Eviction = eviction with { PromisedBy = eviction.PromisedBy.With(update.Dot) },
            }),
            RetireOperation when known is { Status: MemberStatus.Departed, Final: > 0, Retirement: not { IsSettled: true } } => Retire(known, update.Dot),
            _ => this,
        };
    }

    /// <summary>
    /// What <paramref name="dependencies"/> of a delivered update mean: ids that it leaves out because they were retired where it was written count as
    /// retired, and no others, since an id may also be absent because nothing of it had been seen there.
    /// </summary>
    public VectorClock Complete(VectorClock dependencies)
    {
        ArgumentNullException.ThrowIfNull(dependencies);
        if (_unsettled.IsEmpty)
        {
            return dependencies.Over(Retired);
        }

        // An update that retires an id may itself be of one that was retired since.
        var known = _settled;
        for (var found = true; found;)
        {
            found = false;
            foreach (var member in _unsettled)
            {
                if (known[member.Id] == 0 && member.Retirement!.By.Any(dot => dependencies.Covers(dot) || known.Covers(dot)))
                {
                    known = known.With(member.Id, member.Final);
                    found = true;
                }
            }
        }

        return dependencies.Over(known);
    }

    /// <summary>The table once <paramref name="stable"/> is covered by every update still to come.</summary>
    public MemberTable Settle(VectorClock stable)
    {
        ArgumentNullException.ThrowIfNull(stable);
        var settled = _unsettled.Where(member => member.Retirement!.By.Any(stable.Covers)).ToList();
        return settled.Count == 0
            ? this
            : new MemberTable(_members.SetItems(settled.Select(member => KeyValuePair.Create(member.Id, member with { Retirement = Retirement.Settled }))));
    }

    /// <summary>The table where everything is delivered that was delivered for either.</summary>
    public MemberTable Join(MemberTable other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var joined = new MemberTable(_members.SetItems(other._members.Select(theirs =>
            KeyValuePair.Create(theirs.Key, Find(theirs.Key) is { } mine ? mine.Join(theirs.Value) : theirs.Value))));
        return new MemberTable(joined._members.SetItems(joined._members.Values.Select(member =>
            KeyValuePair.Create(member.Id, member.IsRetired ? Reduce(member) : member with { Floor = member.Floor.Retire(joined.Retired) }))));
    }

    /// <summary>
    /// Ends the evictions that may end: once every survivor has promised for all that are declared dead, one departs where
    /// <paramref name="delivered"/> stands if more have promised for it than are declared dead without having done so (or the operator forced it). By
    /// causal delivery whoever has all promises has everything that any survivor held, so the end is the same everywhere.
    /// </summary>
    /// <remarks>
    /// A promise counts also when its author has left or was declared dead since: else the outcome would depend on which of two concurrent
    /// updates, a leave and a promise, was delivered first.
    /// </remarks>
    public MemberTable EndEvictions(VectorClock delivered)
    {
        ArgumentNullException.ThrowIfNull(delivered);
        var dead = _members.Values.Where(member => member is { IsPresent: true, IsFenced: true }).ToList();
        var survivors = _members.Values.Where(member => member is { IsPresent: true, IsFenced: false }).ToList();
        if (survivors.Count == 0 || !survivors.TrueForAll(survivor => dead.TrueForAll(member => member.Eviction!.PromisedBy[survivor.Id] > 0)))
        {
            return this;
        }

        var isForced = dead.Exists(member => member.Eviction!.IsForced);
        var table = this;
        while (dead.Find(member => isForced || HasMajority(member, dead)) is { } gone)
        {
            dead.Remove(gone);
            table = table.Set(gone with { Status = MemberStatus.Departed, Final = delivered[gone.Id] });
        }

        return table;
    }

    private static bool HasMajority(Member gone, List<Member> dead)
    {
        var promised = gone.Eviction!.PromisedBy;
        return promised.Count > dead.Count(member => promised[member.Id] == 0);
    }

    public IEnumerator<Member> GetEnumerator() => _members.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Of a retired member only what is needed for ever is kept; the clocks of others leave it out.</summary>
    private MemberTable Retire(Member gone, Dot by) => new(_members
        .SetItems(_members.Values
            .Where(member => member.Floor[gone.Id] > 0)
            .Select(member => KeyValuePair.Create(member.Id, member with { Floor = member.Floor.Without(gone.Id) })))
        .SetItem(gone.Id, Reduce(gone with { Retirement = new Retirement((gone.Retirement?.By ?? []).Add(by)) })));

    private static Member Reduce(Member gone) => gone with
    {
        HttpAddress = "",
        PeerAddress = "",
        Floor = VectorClock.Empty,
        Eviction = gone.Eviction is null ? null : new Eviction(gone.Eviction.IsForced, VectorClock.Empty),
    };

    private MemberTable Set(Member member) => new(_members.SetItem(member.Id, member));
}
