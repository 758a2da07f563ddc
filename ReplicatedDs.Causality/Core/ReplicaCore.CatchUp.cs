using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Replication;

namespace ReplicatedDs.Causality.Core;

/// <summary>
/// A replica that was away for so long that nobody's log reaches back to what it lacks: it takes the state of a peer and joins it with its own
/// (R5), since it may have written meanwhile what nobody else has.
/// </summary>
public sealed partial class ReplicaCore
{
    private readonly CatchUpState _snapshots = new();
    private ReplicaState? _atLeave;

    /// <summary>
    /// What a peer may take as a snapshot after the last step: the state, but of one that has left what it was at its leave, as it hands on nothing newer. Since a
    /// restart that is not known any more; a peer that must not have what is newer does not take it then.
    /// </summary>
    public ReplicaState Snapshot => _atLeave ?? State;

    /// <summary>From whom a snapshot is being fetched, if one is.</summary>
    public ReplicaId? SnapshotFrom => _snapshots.From;

    private void Take(PeerLink link, RangeCut cut)
    {
        link.Cut(cut.Origin, cut.Floor);

        // What was asked for will not come: ask the next one at once.
        if (_repairs.GetValueOrDefault(cut.Origin) is { } repair)
        {
            repair.AskAgainAt = null;
        }
    }

    /// <summary>
    /// Asks for a snapshot when updates are announced that nobody can send one by one any more. Not while somebody holds its updates back on
    /// purpose (lab): a snapshot would bring them.
    /// </summary>
    private void CatchUp()
    {
        if (_snapshots.From is not null || Self.IsFenced || IsGivenUp(Self) || _now.MonotonicMicroseconds < _snapshots.NotBefore
            || _links.Values.Any(link => link.IsPausedByPeer && IsFresh(link)))
        {
            return;
        }

        var isBehind = _links.Values.Any(link => link.HasCuts)
            && _staged.Members.Any(origin => origin.Id != Id && !origin.IsRetired && IsCutEverywhere(origin.Id));
        if (!isBehind)
        {
            _snapshots.Settle();
        }
        else if (Donor() is { } donor)
        {
            _snapshots.Ask(donor.Peer, _now.MonotonicMicroseconds);
            if (!Send(donor, new SnapshotRequest()))
            {
                _snapshots.Failed(donor.Peer);
            }
        }
    }

    /// <summary>Whether somebody reachable has announced the next update of that origin, and nobody who has can send it.</summary>
    private bool IsCutEverywhere(ReplicaId origin)
    {
        var delivered = _staged.Delivered[origin];
        if (!_links.Values.Any(link => link.FloorOf(origin) > delivered))
        {
            return false; // nearly always, and without a look at the buffer
        }

        var first = _buffer.FirstAbsent(origin, delivered);
        var isCut = false;
        foreach (var link in _links.Values)
        {
            if (link.Announced is { } announced && announced[origin] >= first && IsReachable(link) && _staged.Members.IsServing(link.Peer))
            {
                if (link.FloorOf(origin) < first)
                {
                    return false;
                }

                isCut = true;
            }
        }

        return isCut;
    }

    private PeerLink? Donor()
    {
        var donors = _links.Values.Where(link => link.Announced is { } announced
            && IsReachable(link)
            && _staged.Members.IsServing(link.Peer)
            && (Self.IsPresent || announced.Over(_staged.Members.Retired).Covers(_staged.Delivered))).ToList(); // what does not cover all would not be taken
        return donors.Count == 0 ? null : donors[_snapshots.Attempts % donors.Count];
    }

    /// <summary>Whether a peer that has left took updates of an evicted one after its leave: it was not asked for a promise, so nobody else may ever have them.</summary>
    private bool HasMoreOfTheDead(ReplicaState theirs, ReplicaId peer)
    {
        if (theirs.Members.Find(peer) is not { Status: MemberStatus.Departed })
        {
            return false;
        }

        var handedOn = theirs.Members.Complete(theirs.Heads.TryGetValue(peer, out var head) ? head.Dependencies : VectorClock.Empty);
        return theirs.Members.Concat(State.Members).Any(member => member.IsFenced && theirs.Delivered[member.Id] > handedOn[member.Id]);
    }

    private ReplicaOutput Install(SnapshotArrived snapshot)
    {
        var theirs = snapshot.State;
        _snapshots.Done();
        if (theirs.Delivered[Id] > State.Delivered[Id])
        {
            RefuseOlderCopy(snapshot.From, theirs.Delivered[Id]);
        }

        var isUseful = _refusal is null && theirs.Members.Find(Id) is { IsFenced: false } && _staged.Members.IsServing(snapshot.From)
            && theirs.Members.All(member => State.Members.Find(member.Id) is not { } known || known.Incarnation == member.Incarnation)
            && !IsGivenUp(Self)
            && !HasMoreOfTheDead(theirs, snapshot.From)
            && (Self.IsPresent || StateJoin.IsWithin(State, theirs)) // nobody has a row for who has departed: what it lacks may be forgotten already
            && !State.Delivered.Covers(theirs.Delivered);
        if (!isUseful)
        {
            return Output(isInstall: false);
        }

        State = StateJoin.Of(State, theirs);
        _forgottenAtMost = State.Delivered;
        _staged = new StagedState(State, _settings.Mutation, _settings.InlineBytesMax);
        RememberDigests();
        foreach (var dead in State.Members.Where(static member => member.IsFenced))
        {
            DropBuffered(dead.Id, DeclaredDead); // the intent is in the snapshot
        }

        _buffer.WakeAll(_freed); // looked at in the next step: covered, causally ready, or waiting for something else
        AdjustLinks();
        foreach (var link in _links.Values)
        {
            link.OwesHeartbeat = true;
        }

        foreach (var (key, _) in State.Keys.All)
        {
            QueueForCollection(key);
        }

        _repairs.Clear();
        _events.Add(new ReplicaEvent(ReplicaEventKind.Restart)
        {
            Peer = snapshot.From,
            Clock = State.Delivered,
            Detail = $"took a snapshot of replica {snapshot.From}: nobody's log reaches back to what was missing",
        });
        return Output(isInstall: true);
    }
}
