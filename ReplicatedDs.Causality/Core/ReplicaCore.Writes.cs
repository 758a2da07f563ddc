using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Idempotency;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Core;

/// <summary>Own writes.</summary>
public sealed partial class ReplicaCore
{
    private static readonly ImmutableArray<long> NoEffect = [0];

    // Of the running step: peers speak seldom, writes come in batches.
    private AheadRefusal? _isAhead;

    private readonly record struct AheadRefusal(Refused? Refused);

    private RequestResult Write(WriteRequest write)
    {
        if ((Refusal ?? (_isAhead ??= new AheadRefusal(RefuseAhead())).Refused) is { } refusal)
        {
            return refusal;
        }

        if (write.OperationId is { } id && _staged.OperationIds.Find(id) is { IsEmpty: false } known)
        {
            return Repeat(id, known, write);
        }

        foreach (var condition in _settings.Mutation == CoreMutation.IgnoreConditions ? [] : write.Conditions)
        {
            var state = _staged.Find(condition.Key);
            if (!condition.Holds(state))
            {
                return new ConditionFailed(condition.Key, state is { IsPresent: true } ? state.Dots : []);
            }
        }

        if (write.Operations is [SetOperation])
        {
            // Nothing forbids it and it needs no preparation: the common case takes no detour.
            return new Written(Originate(ImmutableArray<Operation>.CastUp(write.Operations), write.Trace, write.OperationId).Dot, _staged.Delivered) { Effects = NoEffect };
        }

        var prepared = new PreparedWrite(_staged, write.Operations, NextDot, NextTimestamp);
        if (prepared.Try() is { } failure)
        {
            return failure;
        }

        var update = Originate(prepared.Operations, write.Trace, write.OperationId);
        return new Written(update.Dot, _staged.Delivered) { Effects = prepared.Effects };
    }

    /// <summary>A write that was done already is answered as it was the first time, with counters as they are now.</summary>
    private RequestResult Repeat(string id, ImmutableArray<KnownOperation> known, WriteRequest write)
    {
        var fingerprint = OperationFingerprint.Of([.. write.Operations]);
        return known.FirstOrDefault(one => one.Fingerprint == fingerprint) is { } first
            ? new Written(first.Dot, _staged.Delivered)
            {
                IsRepeated = true,
                Effects = [.. write.Operations.Select(operation => operation is IncrementOperation ? _staged.Find(operation.Key)?.Count ?? 0 : 0)],
            }
            : new Refused(RefusalReason.OperationIdReused, $"The operation id '{id}' was used for another write, {known[0].Dot}.");
    }

    /// <summary>
    /// A replica whose clock is far ahead of most others' would only write what everybody else keeps waiting (they take timestamps up to the same bound).
    /// </summary>
    private Refused? RefuseAhead()
    {
        var offsets = _links.Values.Where(link => link.AheadMs is not null && IsReachable(link)).Select(link => link.AheadMs!.Value).Order().ToList();
        var median = offsets.Count == 0 ? 0 : offsets[(offsets.Count - 1) / 2];
        return median * 1000 <= Micros(_settings.ClockAheadMax)
            ? null
            : new Refused(
                RefusalReason.ClockAhead,
                $"The clock of replica {Id} is {median / 1000} s ahead of the others': they would keep its writes waiting. Set the clock right.");
    }

    private Dot NextDot => new(Id, _staged.Delivered[Id] + 1);

    private HybridTimestamp NextTimestamp =>
        (_settings.Mutation == CoreMutation.WallClockTimestamps ? default : _staged.Timestamp).Next(_now.UnixMicroseconds);

    /// <summary>
    /// Makes the next update of this replica and applies it. Its dependencies are everything delivered here: they are never merged with what
    /// a client claims to have seen, since the client's request has waited until that was delivered.
    /// </summary>
    private Update Originate(ImmutableArray<Operation> operations, TraceContext? trace = null, string? operationId = null)
    {
        var update = new Update(NextDot, _staged.Delivered, NextTimestamp, operations, trace, operationId);
        _events.Add(new ReplicaEvent(ReplicaEventKind.Write) { Update = update });
        Apply(update);
        return update;
    }

    private RequestResult Admit(AdmitOperation admit)
    {
        if (Refusal is { } refusal)
        {
            return refusal;
        }

        if (_staged.Members.Find(admit.Replica) is { } known && known.Incarnation == admit.Incarnation && known.Status == MemberStatus.Joining)
        {
            return new Admitted(known.Id, known.Admitted); // the answer to an earlier try was lost
        }

        return TakenId(admit.Replica) ?? (RequestResult)new Admitted(admit.Replica, Originate([admit]).Dot);
    }

    private RequestResult Admit(GuestRequest guest) =>
        Refusal ?? TakenId(guest.Id) ?? (RequestResult)new Admitted(guest.Id, Originate([new GuestOperation(guest.Id)]).Dot);

    private Refused? TakenId(ReplicaId id) => id > _staged.Members.HighestId
        ? null
        : new Refused(RefusalReason.IdTaken, $"Id {id} is not larger than every id used before; the largest is {_staged.Members.HighestId}.");

    private RequestResult Leave()
    {
        if (Refusal is { } refusal)
        {
            return refusal;
        }

        if (_staged.Members.All(member => member.Id == Id || !member.IsServing))
        {
            return new Refused(RefusalReason.LastMember, "The last active replica cannot leave: nobody would hold the data.");
        }

        var aborts = OwnJoiners().Select(joiner => (Operation)new AbortOperation(joiner.Id));
        var leave = Originate([.. aborts, new LeaveOperation(Id)]);
        _atLeave = _staged.ToState();
        return new Leaving(leave.Dot);
    }

    private IEnumerable<Member> OwnJoiners() =>
        _staged.Members.Where(member => member is { Status: MemberStatus.Joining, IsFenced: false } && member.Sponsor == Id);

    /// <summary>The sponsor alone decides about its joiners (R3): active once the joiner holds a snapshot with its admission, given up after silence.</summary>
    private void SponsorJoiners()
    {
        if (Refusal is not null || !MayPromise)
        {
            return;
        }

        foreach (var joiner in OwnJoiners().ToList())
        {
            var link = _links.GetValueOrDefault(joiner.Id);
            if (link?.Announced is { } announced && announced.Covers(joiner.Admitted))
            {
                Originate([new ActivateOperation(joiner.Id)]);
            }
            else if (link is not null && _now.MonotonicMicroseconds - (link.LastHeardAt ?? link.CreatedAt) > Micros(_settings.JoinTimeout))
            {
                Originate([new AbortOperation(joiner.Id)]);
            }
        }
    }

    private bool _isLeaveConfirmed;

    /// <summary>
    /// After a leave: whether every reachable member, and at least one, holds this replica's last update (R6). Members take updates only from
    /// members that they know, so one that cannot be reached must know one of those who hold it, or it could never come back; the same goes
    /// for another one that is leaving and whose last update nobody who stays has yet.
    /// </summary>
    private bool MayExit()
    {
        if (Self is not { Status: MemberStatus.Departed, Final: > 0 and var final })
        {
            return false;
        }

        if (_settings.Mutation == CoreMutation.LeaveWithoutHolders || _isLeaveConfirmed || Self.IsRetired)
        {
            return true;
        }

        var members = _staged.Members.Where(member => member.Id != Id).ToList();
        var holders = members.Where(member => member.IsServing && _links[member.Id].Acknowledged >= final).ToList();
        return holders.Count > 0 && members.TrueForAll(member => member switch
        {
            { IsRetired: true } => true,
            { IsServing: true } => _links[member.Id] is var link
                && (link.Acknowledged >= final || (!IsReachable(link) && KnowsOneOf(member, holders))),
            { Status: MemberStatus.Departed, Final: > 0, IsFenced: false } => KnowsOneOf(member, holders)
                || holders.Exists(holder => _links[holder.Id].Announced?.Covers(new Dot(member.Id, member.Final)) == true),
            _ => true,
        });
    }

    private bool KnowsOneOf(Member member, List<Member> others) => others.Exists(other =>
        member.Floor.Over(_staged.Members.Retired).Covers(other.Activated) || _links[member.Id].Announced?.Over(_staged.Members.Retired).Covers(other.Activated) == true);

    /// <summary>Whether enough others were heard to know that this replica's own updates are all here (R9). Who is alone trusts itself.</summary>
    private void Verify()
    {
        if (_isVerified || HasTwin)
        {
            return;
        }

        var others = _staged.Members.Where(member => member.Id != Id && member is { Status: MemberStatus.Active, IsFenced: false }).ToList();
        var witnesses = others.Count(member => _links.GetValueOrDefault(member.Id)?.Announced is not null);
        var isLate = _now.MonotonicMicroseconds - _startedAt > Micros(_settings.WitnessDeadline);
        _isVerified = _settings.DiskTrust == DiskTrust.Full
            || witnesses == others.Count
            || (_settings.DiskTrust == DiskTrust.OneWitness && isLate && witnesses > 0);
    }
}
