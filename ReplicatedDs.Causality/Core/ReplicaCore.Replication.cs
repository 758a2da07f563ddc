using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Replication;

namespace ReplicatedDs.Causality.Core;

/// <summary>
/// Replication: every replica streams its own updates to every other by a cursor, acknowledged by delivered clocks; what does not come from
/// its origin is fetched from whoever holds it.
/// </summary>
public sealed partial class ReplicaCore
{
    /// <summary>A peer that was silent for longer gets heartbeats only.</summary>
    private static readonly TimeSpan ReachableFor = TimeSpan.FromSeconds(3);

    /// <summary>However long the way to a peer takes, updates without an answer are sent again after that.</summary>
    private static readonly TimeSpan ResendTimeoutMax = TimeSpan.FromSeconds(4);

    /// <summary>Updates that one request of a peer may name, at most.</summary>
    private const int RepairMax = 4096;

    // The maximum of all that peers ever announced: what it does not cover need not be looked for link by link.
    private VectorClock _announced = VectorClock.Empty;

    // The members for which there are links: looked at again when they change.
    private MemberTable? _linked;

    private bool IsReachable(PeerLink link) =>
        link.LastHeardAt is { } at && _now.MonotonicMicroseconds - at <= Micros(ReachableFor);

    private void Take(MessageArrived arrived)
    {
        if (_staged.Members.Find(arrived.From) is not { } sender
            || sender.Incarnation != arrived.Incarnation
            || sender.IsFenced
            || sender.Status == MemberStatus.Guest
            || sender.Id == Id)
        {
            return; // a stranger, a newcomer not heard of yet, or another process under a known id: the transport has told it so
        }

        var link = _links.GetValueOrDefault(sender.Id) ?? AddLink(sender); // one that departed long ago still wants an answer

        link.Heard(_now.MonotonicMicroseconds, Micros(_settings.RepairPatience));
        switch (arrived.Message)
        {
            case Heartbeat heartbeat:
                Take(link, heartbeat);
                break;
            case UpdateBatch batch when sender.Status is not MemberStatus.Joining || Self.Status == MemberStatus.Departed:
                Take(link, batch);
                break;
            case UnreadableBatch batch when _staged.Members.Find(batch.Origin)?.Incarnation == batch.OriginIncarnation:
                var reason = $"Updates of replica {batch.Origin} cannot be read: {batch.Reason}";
                _events.Add(new ReplicaEvent(ReplicaEventKind.Drop) { Peer = link.Peer, Detail = reason });
                Quarantine(batch.Origin, link.Peer, reason, isFork: false);
                break;
            case RangeCut cut:
                Take(link, cut);
                break;
            case PullRequest pull when Self.Status != MemberStatus.Joining && !IsGivenUp(Self):
                Serve(link, pull);
                break;
            default:
                break; // joiners send no updates and serve nobody; one that left still serves and asks: it may be the last holder, and must learn who else left
        }
    }

    private void Take(PeerLink link, Heartbeat heartbeat)
    {
        if (heartbeat.Delivered[Id] > _staged.Delivered[Id])
        {
            RefuseOlderCopy(link.Peer, heartbeat.Delivered[Id]);
        }

        _announced = _announced.Merge(heartbeat.Delivered);
        CompareDigests(link.Peer, heartbeat);
        if (heartbeat.SentAtMs != 0)
        {
            _isAhead = null;
            link.HeardTime((_now.UnixMicroseconds / 1000) - heartbeat.SentAtMs);
        }

        // One that left waits for the last acknowledgement, even after a restart, and one that was given up has to learn it. Nobody
        // sends to them unasked; two that have left would answer each other for ever. One that does not know
        // yet that the other left is told, no faster than it asks: what it acknowledges may never show that it knows.
        var mustLearn = heartbeat.Delivered[Id] < _staged.Delivered[Id] && HasSaidNothingFor(link, _settings.HeartbeatInterval / 2);
        link.OwesHeartbeat |= (Self.IsServing || mustLearn) && _staged.Members.Find(link.Peer) is { Status: MemberStatus.Departed };
        link.Announce(heartbeat with { Delivered = heartbeat.Delivered.Retire(_staged.Members.Retired.Without(Id)) }, Id, _previous.Delivered, _now.MonotonicMicroseconds);
    }

    private void RefuseOlderCopy(ReplicaId peer, long count) => _refusal ??= _settings.Mutation == CoreMutation.TrustOlderCopy ? null : new Refused(
        RefusalReason.OlderCopy,
        $"Replica {peer} holds {count} updates of replica {Id}, this data folder only {_staged.Delivered[Id]}: "
        + "it is an older copy. Writing from it would give two updates one name.");

    private void Take(PeerLink link, UpdateBatch batch)
    {
        link.OwesAcknowledgement = true; // also for duplicates: the one before may have been lost
        if (batch.Origin == Id || IsForked(batch.Origin) || _staged.Members.Find(batch.Origin) is not { } origin || origin.Incarnation != batch.OriginIncarnation)
        {
            return;
        }

        if (batch.IsRepair && !origin.IsFenced && _links.GetValueOrDefault(batch.Origin) is { IsPausedByPeer: true } paused && IsFresh(paused))
        {
            foreach (var update in batch.Updates.Where(update => !_staged.Delivered.Covers(update.Dot)))
            {
                _events.Add(new ReplicaEvent(ReplicaEventKind.Drop) { Update = update, Peer = link.Peer, Detail = "its origin holds it back on purpose" });
            }

            return;
        }

        if (!batch.IsRepair && batch.Origin != link.Peer)
        {
            return;
        }

        link.Streams |= !batch.IsRepair;
        var found = 0;
        for (var i = 0; i < batch.Updates.Length; i++)
        {
            found = i >= found ? i + LookAhead(batch.Updates.AsSpan()[i..]) : found;
            var update = batch.Updates[i];
            var isWellFormed = update.Origin == batch.Origin
                && update.Dependencies[update.Origin] == update.Dot.Counter - 1
                && !(origin.Status == MemberStatus.Departed && update.Dot.Counter > origin.Final);
            if (isWellFormed)
            {
                Arrive(update, link.Peer);
            }
            else
            {
                _events.Add(new ReplicaEvent(ReplicaEventKind.Drop) { Update = update, Peer = link.Peer, Detail = "it contradicts its own name" });
                Quarantine(batch.Origin, link.Peer, $"{update.Dot} contradicts its own name.", isFork: false);
            }
        }

        if (_repairs.TryGetValue(batch.Origin, out var repair))
        {
            repair.IsActive &= batch.IsRepair;
            if (batch.IsRepair)
            {
                repair.AskAgainAt = Math.Max(repair.AskAgainAt ?? 0, _now.MonotonicMicroseconds + AnswerWithin(link)); // it is coming
            }
        }
    }

    private void Serve(PeerLink link, PullRequest pull)
    {
        var last = Math.Min(HandedOn().Over(_staged.Members.Retired)[pull.Origin], pull.First + Math.Clamp(pull.Count, 1, RepairMax) - 1);
        var isOwnStream = pull.Origin == Id && _staged.Members.Find(link.Peer) is not { Status: MemberStatus.Departed };
        if (isOwnStream || pull.First < 1 || pull.First > last || _staged.Members.Find(pull.Origin) is not { } origin)
        {
            return;
        }

        Send(link, new UpdateRange(origin.Id, origin.Incarnation, pull.First, last, IsRepair: true));
    }

    /// <summary>
    /// A joiner whose admission was taken back. As long as it is heard it does not know that: it needs the updates up to that of its sponsor.
    /// </summary>
    private static bool IsGivenUp(Member member) => member is { Status: MemberStatus.Departed, Final: 0, IsFenced: false };

    /// <summary>Whether the peer was heard within the patience (which starts with the link), so that what it said of itself still counts.</summary>
    private bool IsFresh(PeerLink link) =>
        _now.MonotonicMicroseconds - (link.LastHeardAt ?? link.CreatedAt) <= Micros(_settings.RepairPatience);

    private void BackOff(ReplicaId peer)
    {
        if (_links.TryGetValue(peer, out var link))
        {
            link.Failures = Math.Min(link.Failures + 1, 8);
            link.BackOffUntil = _now.MonotonicMicroseconds + Math.Min(50_000L << link.Failures, 2_000_000L);
            link.SendAgainFrom(link.Acknowledged);
            link.Window = PeerLink.AnyWindow; // nothing is under way any more
        }
    }

    /// <summary>
    /// One link per member with a process: a departed one still wants its last acknowledgement, until its id is retired and it is silent.
    /// </summary>
    private void AdjustLinks()
    {
        if (ReferenceEquals(_linked, _staged.Members))
        {
            return;
        }

        _linked = _staged.Members;
        foreach (var member in _linked)
        {
            if (member.Id == Id || member.Status == MemberStatus.Guest)
            {
                continue;
            }

            if (!_links.TryGetValue(member.Id, out var link))
            {
                if (!member.IsRetired)
                {
                    AddLink(member);
                }
            }
            else if (member.IsRetired && !IsReachable(link))
            {
                _links.Remove(member.Id);
            }
        }

        foreach (var stranger in _links.Keys.Where(peer => _linked.Find(peer) is null).ToList())
        {
            _links.Remove(stranger); // its admission was undone, and it tries again under another id
        }
    }

    private PeerLink AddLink(Member member)
    {
        var link = new PeerLink(member.Id, member.Floor.Meet(_staged.Delivered), _now.MonotonicMicroseconds);
        _links.Add(member.Id, link);
        return link;
    }

    private void SendUpdates()
    {
        var self = Self;
        if (self.Status == MemberStatus.Joining || (self.Status == MemberStatus.Departed && self.Final == 0))
        {
            return;
        }

        var last = _staged.Delivered[Id];
        foreach (var link in _links.Values)
        {
            var now = _now.MonotonicMicroseconds;
            if (_staged.Members.Find(link.Peer) is not { } peer
                || peer.IsFenced
                || !(peer.IsPresent || IsGivenUp(peer))
                || !KnowsOfActivation(link, self)) // it does not know yet that this replica may write (R1)
            {
                continue;
            }

            var passable = link.Passable(last, now, Random);
            var arrived = Math.Min(link.Received, link.Sent);
            if (link.Sent > arrived && now - link.LastProgressAt > ResendAfter(link))
            {
                link.SendAgainFrom(arrived);
                link.LastProgressAt = now;
                link.FruitlessResends++;
                link.Window = _settings.RangeMax;
            }

            if (now < link.BackOffUntil || !IsReachable(link))
            {
                continue;
            }

            if (link.Sent == arrived && link.Sent < passable)
            {
                link.LastProgressAt = now;
            }

            var end = Math.Min(passable, Math.Min(link.Acknowledged + _settings.WindowMax, arrived + link.Window));
            while (link.Sent < end)
            {
                var first = link.Sent + 1;
                link.SendUpTo(Math.Min(end, link.Sent + _settings.RangeMax), now);
                Send(link, new UpdateRange(Id, _settings.Incarnation, first, link.Sent, IsRepair: false));
                // It costs less on the way that is taken anyhow, though not nothing.
                link.OwesHeartbeat |= link.OwesAcknowledgement && HasSaidNothingFor(link, _settings.AcknowledgeInterval / 2);
            }
        }
    }

    /// <summary>
    /// After how long without progress updates are sent again. Far peers answer late, and later still while much is under way: what only takes its time must
    /// not be sent twice, which would make it take longer.
    /// </summary>
    private long ResendAfter(PeerLink link) => AnswerWithin(link, Micros(_settings.ResendTimeout)) << Math.Min(link.FruitlessResends, 3);

    /// <summary>Within which time, in microseconds, the peer's answer is expected to come in.</summary>
    private long AnswerWithin(PeerLink link) => AnswerWithin(link, 2 * Micros(_settings.ResendTimeout));

    private static long AnswerWithin(PeerLink link, long least) => Math.Max(least, Math.Min(4 * link.RoundTrip, Micros(ResendTimeoutMax)));

    /// <summary>
    /// Whether the peer has delivered this replica's activation. One that answers has delivered the admission; where it leaves the sponsor out of its
    /// clock, that one is retired there, so all of its updates are delivered, though nobody may have told this replica.
    /// </summary>
    private bool KnowsOfActivation(PeerLink link, Member self) => link.Announced is { } announced
        && (announced.Over(_staged.Members.Retired).Covers(self.Activated) || link.Latest![self.Activated.Replica] == 0);

    private void SendHeartbeats()
    {
        var now = _now.MonotonicMicroseconds;
        var hasGuests = _staged.Members.HasGuests;
        foreach (var link in _links.Values)
        {
            if (_staged.Members.Find(link.Peer) is not { IsFenced: false } member)
            {
                link.OwesAcknowledgement = false;
                continue;
            }

            var isDue = member.IsPresent && HasSaidNothingFor(link, _settings.HeartbeatInterval);
            if (isDue || link.OwesHeartbeat || MustAcknowledge(link))
            {
                (link.OwesHeartbeat, link.OwesAcknowledgement) = (false, false);
                (link.LastHeartbeatAt, link.LastAnnounced) = (now, _staged.Delivered[link.Peer]);
                var announced = member.IsRetired ? Announcement().With(member.Id, member.Final) : Announcement(); // it waits to hear just that
                Send(link, new Heartbeat(announced, link.IsPaused, _buffer.FirstAbsent(link.Peer, _staged.Delivered[link.Peer]) - 1, hasGuests && MayPromise ? Stable : null)
                {
                    SentAtMs = _now.UnixMicroseconds / 1000,
                    IsVerifying = !_isVerified,
                    Digests = isDue && ReferenceEquals(announced, _staged.Delivered) ? Digests() : [],
                });
            }
        }
    }

    /// <summary>Unless it was told a moment ago, and has room to send on.</summary>
    private bool MustAcknowledge(PeerLink link) => link.OwesAcknowledgement
        && (HasSaidNothingFor(link, PatienceOf(link)) || UnannouncedOf(link) >= _settings.WindowMax / 4);

    /// <summary>How long the peer waits for its acknowledgement: after a resend it may have no more under way than a range.</summary>
    private TimeSpan PatienceOf(PeerLink link) => UnannouncedOf(link) >= _settings.RangeMax / 2 ? _settings.AcknowledgeInterval / 5 : _settings.AcknowledgeInterval;

    private long UnannouncedOf(PeerLink link) => _staged.Delivered[link.Peer] - link.LastAnnounced;

    private bool HasSaidNothingFor(PeerLink link, TimeSpan time) =>
        link.LastHeartbeatAt is not { } last || _now.MonotonicMicroseconds - last >= Micros(time);

    private VectorClock Announcement()
    {
        var delivered = MayPromise || !Self.IsPresent || _settings.Mutation == CoreMutation.PromiseRegardless ? HandedOn() : _promised; // that it left was a promise itself
        if (_settings.Mutation == CoreMutation.AcknowledgeBuffered)
        {
            foreach (var entry in _buffer.InOrder())
            {
                delivered = delivered.With(entry.Update.Dot);
            }
        }

        return delivered;
    }

    /// <summary>
    /// What others may count on and get from here. One that left neither acknowledges nor serves what came after its last update: whoever counts on it as a
    /// holder must be able to count on those who take that update over. Two that leave at once would else hold each other's updates, and both go; and an
    /// eviction, which asks those who stay only, would end with less than somebody got from here.
    /// </summary>
    private VectorClock HandedOn() => Self is { Status: MemberStatus.Departed, Final: > 0 and var final }
        ? _staged.Head(Id).Dependencies.With(new Dot(Id, final))
        : _staged.Delivered;

    /// <returns>False if the lab lets it be lost.</returns>
    private bool Send(PeerLink link, PeerMessage message)
    {
        var isLost = link.Fault.Mode == LinkMode.Drop && Random(100) < link.Fault.DropPercent;
        if (message is UpdateRange range)
        {
            for (var n = range.First; n <= range.Last; n++)
            {
                _events.Add(isLost
                    ? new ReplicaEvent(ReplicaEventKind.Drop) { Dot = new Dot(range.Origin, n), Peer = link.Peer, Detail = "lost on the link (lab)" }
                    : new ReplicaEvent(ReplicaEventKind.Send) { Dot = new Dot(range.Origin, n), Peer = link.Peer });
            }
        }

        if (!isLost)
        {
            _messages.Add((link.Peer, message));
        }

        return !isLost;
    }

    /// <summary>
    /// Anti-entropy from any holder. Updates of an origin that others announce and that did not come are asked for elsewhere once the
    /// origin is silent or stalled for longer than the patience; not while it says that it holds them back.
    /// </summary>
    private void RepairGaps()
    {
        foreach (var origin in _staged.Members)
        {
            if (origin.Id != Id && !origin.IsRetired && !IsForked(origin.Id) && _settings.Mutation != CoreMutation.NoRepair)
            {
                RepairGap(origin);
            }
        }
    }

    private void RepairGap(Member origin)
    {
        var now = _now.MonotonicMicroseconds;
        var delivered = _staged.Delivered[origin.Id];
        var first = _buffer.FirstAbsent(origin.Id, delivered);
        if (_announced[origin.Id] < first || !_links.Values.Any(link => Holds(link, origin.Id, first)))
        {
            _repairs.Remove(origin.Id);
            return;
        }

        if (!_repairs.TryGetValue(origin.Id, out var repair))
        {
            _repairs.Add(origin.Id, repair = new Repair());
        }

        var own = _links.GetValueOrDefault(origin.Id);
        if (own is { IsPausedByPeer: true } && IsFresh(own) && !origin.IsFenced)
        {
            (repair.StalledSince, repair.IsActive, repair.AskAgainAt) = (null, false, null);
            return;
        }

        if (repair.StalledSince is null || (!repair.IsActive && repair.StalledAt != first))
        {
            (repair.StalledSince, repair.StalledAt) = (now, first);
        }

        // One that was silent and is heard again counts as silent until it sends: it may not hear this replica yet, or be busy with others.
        var isSilent = !origin.IsServing || own is null or { Streams: false } || !IsFresh(own);
        var isStalled = now - repair.StalledSince > Micros(_settings.RepairPatience);
        var isAnswered = first > repair.AskedLast;
        if (!(repair.IsActive || isSilent || isStalled) || (!isAnswered && now < repair.AskAgainAt))
        {
            return;
        }

        var holders = _links.Values.Where(link => Holds(link, origin.Id, first)).ToList();
        var holder = holders[repair.Attempts++ % holders.Count];
        // No more than there is room for, and nothing twice: what arrives in pieces or has to be dropped must not be asked for at the speed of the wire.
        repair.Count = isAnswered && repair.IsActive ? Math.Min(2 * repair.Count, RepairMax) : _settings.RangeMax;
        var count = Math.Clamp(_settings.BufferMax - _buffer.Count, 1, repair.Count);
        (repair.IsActive, repair.AskAgainAt) = (true, now + AnswerWithin(holder));
        repair.AskedLast = Math.Min(first + count - 1, holder.Announced![origin.Id]);
        Send(holder, new PullRequest(origin.Id, first, count));
    }

    /// <summary>
    /// Whether the peer may be asked for that update: active, reachable, and it has announced it. Its own updates it sends unasked, but not
    /// to one that left; that one has to ask, and may also ask a joiner, which serves if it was activated meanwhile: nothing that comes after
    /// a leave is handed on, it only tells who else left.
    /// </summary>
    private bool Holds(PeerLink link, ReplicaId origin, long counter) =>
        (link.Peer != origin || Self.Status == MemberStatus.Departed)
        && link.Announced is { } announced && announced[origin] >= counter
        && link.FloorOf(origin) < counter
        && IsReachable(link)
        && _staged.Members.Find(link.Peer) is { IsPresent: true, IsFenced: false } peer
        && (peer.IsServing || Self.Status == MemberStatus.Departed);

    private long NextStepAt()
    {
        if (_freed.Count > 0)
        {
            return _now.MonotonicMicroseconds; // a snapshot freed them
        }

        var next = _now.MonotonicMicroseconds + (Micros(_settings.HeartbeatInterval) / 4);
        foreach (var link in _links.Values)
        {
            next = Math.Min(next, link.NextDueAt ?? next);
            if (link is { OwesAcknowledgement: true, LastHeartbeatAt: { } last })
            {
                next = Math.Min(next, last + Micros(PatienceOf(link)));
            }
        }

        return Math.Max(next, _now.MonotonicMicroseconds + 1000);
    }
}
