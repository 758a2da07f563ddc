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

    private MemberTable(ImmutableSortedDictionary<ReplicaId, Member> members) => _members = members;

    public int Count => _members.Count;

    /// <summary>The largest id ever admitted, 0 if none.</summary>
    public ReplicaId HighestId => _members.Count == 0 ? default : _members.Keys.Last();

    public static MemberTable Of(IEnumerable<Member> members) => new(members.ToImmutableSortedDictionary(member => member.Id, member => member));

    public Member? Find(ReplicaId id) => _members.GetValueOrDefault(id);

    public bool IsActive(ReplicaId id) => Find(id)?.Status == MemberStatus.Active;

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
                admit.Replica, admit.Incarnation, admit.Name, admit.HttpAddress, admit.PeerAddress, MemberStatus.Joining, update.Dot, update.Clock)),
            GuestOperation guest when known is null => Set(new Member(
                guest.Replica, default, $"guest-{guest.Replica}", "", "", MemberStatus.Guest, update.Dot, update.Clock)),
            ActivateOperation when known is { Status: MemberStatus.Joining } && known.Sponsor == update.Origin =>
                Set(known with { Status = MemberStatus.Active, Activated = update.Dot }),
            AbortOperation when known is { Status: MemberStatus.Joining } && known.Sponsor == update.Origin =>
                Set(known with { Status = MemberStatus.Departed }),
            LeaveOperation when known is not null && operation.Replica == update.Origin =>
                Set(known with { Status = MemberStatus.Departed, Final = update.Dot.Counter }),
            _ => this,
        };
    }

    public IEnumerator<Member> GetEnumerator() => _members.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private MemberTable Set(Member member) => new(_members.SetItem(member.Id, member));
}
