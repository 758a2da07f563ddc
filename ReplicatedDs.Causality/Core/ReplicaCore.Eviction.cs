using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Core;

/// <summary>
/// Members that an operator declared dead (R7). There is no proposer: every survivor fences the dead off when it delivers the intent, promises
/// so in an update, and ends the eviction when it has delivered everybody's promise.
/// </summary>
public sealed partial class ReplicaCore
{
    private const string DeclaredDead = "its origin was declared dead";

    private RequestResult Evict(EvictRequest evict)
    {
        if (Refusal is { } refusal)
        {
            return refusal;
        }

        if (_staged.Members.Find(evict.Id) is not { IsPresent: true } member || member.Id == Id)
        {
            return evict.Id == Id
                ? new Refused(RefusalReason.Conflict, $"Replica {Id} cannot declare itself dead: ask it to leave.")
                : new Refused(RefusalReason.UnknownPeer, $"{evict.Id} is not a member of the cluster.");
        }

        var dead = _staged.Members.Count(other => other.IsPresent && (other.IsFenced || other.Id == evict.Id));
        var survivors = _staged.Members.Count(other => other.IsPresent && !other.IsFenced && other.Id != evict.Id);
        if (survivors <= dead && !evict.IsForced)
        {
            return new Refused(
                RefusalReason.NeedsForce,
                $"Only {survivors} of {survivors + dead} replicas would survive, which is no majority: if the others did the same, two histories would arise. "
                + "Force it only if you are certain that the rest is gone.");
        }

        return new Evicting(evict.Id, Originate([new IntentOperation(evict.Id, evict.IsForced)]).Dot);
    }

    /// <summary>Two sides that have evicted each other stay up both: the operator decides which one to keep.</summary>
    private void Learn(EvictionLearnt learnt)
    {
        if (_staged.Members.Find(learnt.From) is { IsFenced: false })
        {
            _refusal ??= new Refused(
                RefusalReason.Evicted, $"Replica {Id} was declared dead by an operator, says replica {learnt.From}: it is no longer a member.");
        }
    }

    /// <summary>
    /// Promises for everybody who is declared dead: what was received from them is delivered, nothing more will be taken. Own joiners are given
    /// up first, since they would have to promise too; those of the dead are declared dead with them.
    /// </summary>
    private void PromiseEvictions()
    {
        var dead = _staged.Members.Where(member => member is { IsPresent: true, IsFenced: true }).ToList();
        if (Refusal is not null || !MayPromise || dead.TrueForAll(member => member.Eviction!.PromisedBy[Id] > 0))
        {
            return;
        }

        var orphans = _staged.Members
            .Where(member => member is { Status: MemberStatus.Joining, IsFenced: false } && dead.Exists(gone => gone.Id == member.Sponsor))
            .ToList();
        Originate(
        [
            .. OwnJoiners().Select(joiner => new AbortOperation(joiner.Id)),
            .. orphans.Select(orphan => new IntentOperation(orphan.Id, IsForced: false)),
            .. dead.Concat(orphans).Select(gone => new PromiseOperation(gone.Id)),
        ]);
    }

    /// <summary>Forgets what waits of an origin from which nothing more is taken directly.</summary>
    private void DropBuffered(ReplicaId origin, string why)
    {
        foreach (var entry in _buffer.Of(origin).ToList())
        {
            _buffer.Remove(entry.Update.Dot);
            _events.Add(new ReplicaEvent(ReplicaEventKind.Drop) { Update = entry.Update, Detail = why });
        }
    }
}
