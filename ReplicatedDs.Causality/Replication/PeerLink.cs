using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Replication;

/// <summary>
/// What this replica knows about one peer and about the stream of its own updates to it. A cursor, not a queue: nothing is held in
/// memory per peer.
/// </summary>
internal sealed class PeerLink(ReplicaId peer, VectorClock floor, long now)
{
    /// <summary>A <see cref="Window"/> that limits nothing.</summary>
    public const long AnyWindow = long.MaxValue / 4;

    /// <summary>
    /// No answer counts as having taken longer, in microseconds. An update that was sent again is timed from its first copy: too long if that was lost, but the other
    /// way round a way that takes longer than the patience for it would look short, and everything on it would come twice for ever.
    /// </summary>
    private const long RoundTripMax = 1_000_000;

    // When each of this replica's updates may be sent on a delayed link: those up to (counter) not before (dueAt).
    private readonly Queue<(long Counter, long DueAt)> _due = [];
    private VectorClock? _candidate;
    private long _stamped;

    // All that the peer announced while it was sure that its data folder is no older copy; null before. Of an older copy there may be later updates elsewhere
    // that depend on less than it has taken since.
    private VectorClock? _claimed;

    // One of this replica's updates, and when it was first sent; up to where all were sent once.
    private (long Counter, long At)? _timed;
    private long _sentOnce;

    // The peer's words about its stable vector, each with what it had delivered: what is usable, the oldest that is not yet, the newest.
    private VectorClock _stable = VectorClock.Empty;
    private (VectorClock Delivered, VectorClock Stable)? _waitingStable;
    private (VectorClock Delivered, VectorClock Stable)? _newestStable;

    private readonly Dictionary<ReplicaId, long> _floors = [];

    public ReplicaId Peer { get; } = peer;

    /// <summary>The delivered clock that the peer last announced; <c>null</c> before its first heartbeat.</summary>
    public VectorClock? Announced { get; private set; }

    /// <summary>The clock of the last heartbeat that came, which may be older than another; <c>null</c> before the first.</summary>
    public VectorClock? Latest { get; private set; }

    /// <summary>The peer's row of the stable vector (R4). Invariant: this replica has delivered all of the peer's updates that the row counts.</summary>
    public VectorClock Row { get; private set; } = floor;

    /// <summary>Own updates up to this counter were handed to the transport. Invariant: at least <see cref="Acknowledged"/>.</summary>
    public long Sent { get; set; }

    /// <summary>Own updates up to this counter are durable at the peer.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>Own updates up to this counter are at the peer, durable or not, by its last heartbeat. They need not be sent again.</summary>
    public long Received { get; private set; }

    public long LastProgressAt { get; set; } = now;

    public int FruitlessResends { get; set; }

    /// <summary>
    /// How many updates may be under way. After a resend few, in case it is not loss but a way that takes long: then all of them would come twice. Each
    /// answer doubles it (slow start).
    /// </summary>
    public long Window { get; set; } = AnyWindow;

    /// <summary>Whether the peer sends its own updates as they come. False once it was silent, until it sends again.</summary>
    public bool Streams { get; set; } = true;

    /// <summary>How long it takes until the peer's word about an update is back, smoothed, in microseconds; 0 before the first.</summary>
    public long RoundTrip { get; private set; }

    /// <summary>Own updates up to <paramref name="counter"/> are handed to the transport.</summary>
    public void SendUpTo(long counter, long now)
    {
        Sent = counter;
        if (counter > _sentOnce)
        {
            _timed ??= (counter, now);
            _sentOnce = counter;
        }
    }

    /// <summary>Own updates above <paramref name="counter"/> have to be sent again.</summary>
    public void SendAgainFrom(long counter) => Sent = counter;

    /// <summary>When anything last came from the peer; <c>null</c> if never.</summary>
    public long? LastHeardAt { get; private set; }

    public long CreatedAt { get; } = now;

    public long? LastHeartbeatAt { get; set; }

    /// <summary>Whether the peer announced that it holds back its own updates.</summary>
    public bool IsPausedByPeer { get; private set; }

    /// <summary>No updates are sent before this time, after a failure.</summary>
    public long BackOffUntil { get; set; }

    public int Failures { get; set; }

    /// <summary>What the last heartbeat to the peer said of the peer's own updates.</summary>
    public long LastAnnounced { get; set; }

    /// <summary>A heartbeat is due now: the link changed, or the peer waits for it.</summary>
    public bool OwesHeartbeat { get; set; } = true;

    /// <summary>Updates came since the last heartbeat to the peer: it may wait a moment for their acknowledgement.</summary>
    public bool OwesAcknowledgement { get; set; }

    public LinkFault Fault { get; private set; } = LinkFault.None;

    public long FaultExpiresAt { get; private set; }

    /// <summary>With <see cref="LinkMode.Hold"/>: own updates up to this counter may pass.</summary>
    public long HoldLimit { get; set; }

    public bool IsPaused => Fault.Mode is LinkMode.Hold or LinkMode.Delay;

    public void Heard(long at, long patience)
    {
        Streams &= at - (LastHeardAt ?? at) <= patience;
        LastHeardAt = at;
        (Failures, BackOffUntil) = (0, 0);
    }

    /// <summary>
    /// By how many milliseconds this replica's clock on the wall is ahead of the peer's; <c>null</c> if not known. The time on the way looks like being
    /// ahead, so what is less counts at once, and what is more little by little.
    /// </summary>
    public long? AheadMs { get; private set; }

    public void HeardTime(long aheadMs) =>
        AheadMs = AheadMs is not { } known || aheadMs < known ? aheadMs : known + ((aheadMs - known + 7) / 8);

    /// <summary>Takes in a heartbeat. <paramref name="self"/> is this replica, <paramref name="delivered"/> its own delivered clock.</summary>
    public void Announce(Heartbeat heartbeat, ReplicaId self, VectorClock delivered, long now)
    {
        (IsPausedByPeer, Latest) = (heartbeat.Paused, heartbeat.Delivered);
        Announced = Announced is null ? heartbeat.Delivered : Announced.Merge(heartbeat.Delivered);
        var acknowledged = Announced[self];
        var received = Math.Max(heartbeat.Received, acknowledged);
        if (acknowledged > Acknowledged || received > Received)
        {
            (LastProgressAt, FruitlessResends, Window) = (now, 0, Math.Min(2 * Window, AnyWindow));
        }

        Acknowledged = acknowledged;
        Received = received;
        Sent = Math.Max(Sent, Acknowledged);
        if (_timed is { } timed && Received >= timed.Counter)
        {
            var sample = Math.Clamp(now - timed.At, 1, RoundTripMax);
            RoundTrip = RoundTrip == 0 ? sample : RoundTrip + ((sample - RoundTrip) / 8);
            _timed = null;
        }

        if (heartbeat.IsVerifying)
        {
            return;
        }

        _claimed = _claimed is null ? heartbeat.Delivered : _claimed.Merge(heartbeat.Delivered);

        // A row counts only once everything that it counts of the peer itself is delivered here; until then the oldest such row is kept.
        _candidate ??= heartbeat.Delivered;
        if (heartbeat.Stable is { } stable)
        {
            _newestStable = (heartbeat.Delivered, stable);
            _waitingStable ??= _newestStable;
        }

        UseRow(heartbeat.Delivered, delivered);
    }

    /// <summary>Takes the row that was waiting if it has become usable.</summary>
    private void UseRow(VectorClock newest, VectorClock delivered)
    {
        if (delivered[Peer] >= newest[Peer])
        {
            Row = Row.Merge(newest);
            _candidate = null;
        }
        else if (_candidate is not null && delivered[Peer] >= _candidate[Peer])
        {
            Row = Row.Merge(_candidate);
            _candidate = newest;
        }
    }

    /// <summary>
    /// What the peer calls stable, by the newest of its words that are usable: of everything that it had delivered then, guests' updates
    /// included, <paramref name="delivered"/> here lacks nothing.
    /// </summary>
    public VectorClock StableThere(VectorClock delivered)
    {
        if (_newestStable is { } newest && delivered.Covers(newest.Delivered))
        {
            (_stable, _waitingStable) = (_stable.Merge(newest.Stable), null);
        }
        else if (_waitingStable is { } waiting && delivered.Covers(waiting.Delivered))
        {
            (_stable, _waitingStable) = (_stable.Merge(waiting.Stable), _newestStable);
        }

        return _stable;
    }

    /// <summary>The peer's log has lost the updates of <paramref name="origin"/> up to <paramref name="floor"/>.</summary>
    public void Cut(ReplicaId origin, long floor) => _floors[origin] = Math.Max(floor, FloorOf(origin));

    /// <summary>Whether the peer's log is known to lack anything.</summary>
    public bool HasCuts => _floors.Count > 0;

    /// <summary>Up to which counter the peer is known not to have the updates of <paramref name="origin"/> any more.</summary>
    public long FloorOf(ReplicaId origin) => _floors.GetValueOrDefault(origin);

    public void RefreshRow(VectorClock delivered)
    {
        if (_candidate is not null && _claimed is not null)
        {
            UseRow(_claimed, delivered);
        }
    }

    public void SetFault(LinkFault fault, long now)
    {
        Fault = fault;
        FaultExpiresAt = now + (fault.ExpiresInMs * 1000);
        HoldLimit = Sent;
        _due.Clear();
        (_stamped, Released) = (Sent, Sent);
        (LastProgressAt, FruitlessResends, BackOffUntil) = (now, 0, 0);
        OwesHeartbeat = true;
    }

    /// <summary>The last own update that the link's fault lets pass now, of those up to <paramref name="last"/>.</summary>
    public long Passable(long last, long now, Func<int, int> random)
    {
        switch (Fault.Mode)
        {
            case LinkMode.Hold:
                return Math.Min(last, Math.Max(HoldLimit, Sent));
            case LinkMode.Delay:
                if (last > _stamped)
                {
                    // One stamp for all that appeared since: a link delays but does not reorder.
                    var due = now + (1000L * (Fault.DelayMs + (Fault.JitterMs > 0 ? random(Fault.JitterMs + 1) : 0)));
                    _due.Enqueue((last, due));
                    _stamped = last;
                }

                var passable = Sent;
                while (_due.TryPeek(out var next) && next.DueAt <= now)
                {
                    passable = Math.Max(passable, _due.Dequeue().Counter);
                    Released = passable;
                }

                return Math.Min(last, Math.Max(passable, Released));
            default:
                return last;
        }
    }

    /// <summary>With <see cref="LinkMode.Delay"/>: own updates up to this counter have served their delay.</summary>
    public long Released { get; private set; }

    /// <summary>When the next delayed update is due; <c>null</c> if none is.</summary>
    public long? NextDueAt => _due.TryPeek(out var next) ? next.DueAt : null;

    /// <summary>Forgets everything about own updates above <paramref name="last"/>, which were never made durable.</summary>
    public void RollBack(long last)
    {
        SendAgainFrom(Math.Min(Sent, last));
        _sentOnce = Math.Min(_sentOnce, last);
        _timed = _timed?.Counter > last ? null : _timed;
        HoldLimit = Math.Min(HoldLimit, last);
        Released = Math.Min(Released, last);
        if (_stamped > last)
        {
            _due.Clear();
            _stamped = Math.Min(_stamped, Sent);
        }
    }
}
