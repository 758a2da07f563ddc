using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Delivery;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Core;

/// <summary>
/// One replica as a state machine: inputs in, one ordered batch of effects out. It owns delivery, replication, membership and
/// stability; it does no I/O and knows no clock but the <see cref="Instant"/> that each step is given. Not thread-safe: one owner steps it.
/// </summary>
public sealed partial class ReplicaCore
{
    private readonly ReplicaSettings _settings;
    private readonly DeliveryBuffer _buffer;
    private readonly SortedDictionary<ReplicaId, PeerLink> _links = [];
    private readonly SortedDictionary<ReplicaId, Repair> _repairs = [];
    private ulong _random;

    // Of the running step.
    private StagedState _staged;
    private Instant _now;
    private readonly List<Update> _append = [];
    private readonly List<(object? Tag, RequestResult Result)> _replies = [];
    private readonly List<(ReplicaId To, PeerMessage Message)> _messages = [];
    private readonly List<ReplicaEvent> _events = [];

    private ReplicaState _previous;
    private VectorClock _previousStable;
    private VectorClock _promised; // what was delivered when last something was said that counts on it
    private VectorClock _previousPromised;
    private Refused? _refusal;
    private long _stableCheckedAt;
    private bool _isVerified;
    private readonly long _startedAt;

    /// <summary>Starts from a recovered state.</summary>
    /// <param name="settings">Who this is; <paramref name="state"/> must know the id under the same incarnation.</param>
    /// <param name="state">What <see cref="Replay"/> or a snapshot gave.</param>
    /// <param name="now">The time of the start.</param>
    /// <exception cref="ArgumentException">The state does not know this replica.</exception>
    public ReplicaCore(ReplicaSettings settings, ReplicaState state, Instant now)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(state);
        if (state.Members.Find(settings.Id) is not { } self || self.Incarnation != settings.Incarnation)
        {
            throw new ArgumentException($"The state does not know replica {settings.Id} of incarnation {settings.Incarnation}.", nameof(state));
        }

        _settings = settings;
        _random = settings.Seed;
        _now = now;
        _buffer = new DeliveryBuffer(settings.BufferMax, settings.BufferBytesMax);
        State = _previous = state;
        _staged = new StagedState(state, settings.Mutation, settings.InlineBytesMax);
        _startedAt = now.MonotonicMicroseconds;
        _forgottenAtMost = _promised = _previousPromised = state.Delivered;
        RememberDigests();
        AdjustLinks();
        Stable = _previousStable = KnownStable().Retire(state.Members.Retired);
        foreach (var (key, _) in state.Keys.All)
        {
            QueueForCollection(key);
        }

        Verify();
    }

    /// <summary>The state after the last step.</summary>
    public ReplicaState State { get; private set; }

    public ReplicaId Id => _settings.Id;

    /// <summary>
    /// The entry-wise minimum of the delivered clocks of all admitted, undeparted members, as far as known here (R4). Every update that is
    /// not delivered here depends on all that it covers. It never goes back while the core lives.
    /// </summary>
    public VectorClock Stable { get; private set; }

    /// <summary>Why this replica refuses writes; <c>null</c> if it does not.</summary>
    public Refused? Refusal => _refusal ?? Self.Status switch
    {
        _ when Self.IsFenced => new Refused(RefusalReason.Evicted, $"Replica {Id} was declared dead by an operator: it is no longer a member."),
        MemberStatus.Active when !_isVerified && HasTwin => new Refused(RefusalReason.IdInUse, TwinDetail),
        MemberStatus.Active when !_isVerified => new Refused(
            RefusalReason.Verifying,
            $"Replica {Id} has just started and waits for other members to confirm that its data folder is no older copy."),
        MemberStatus.Active => null,
        MemberStatus.Joining => new Refused(RefusalReason.NotActive, $"Replica {Id} is joining: it cannot write before its sponsor has activated it."),
        _ => new Refused(RefusalReason.Leaving, $"Replica {Id} has left the cluster."),
    };

    public int PendingCount => _buffer.Count;

    public long PendingBytes => _buffer.Bytes;

    /// <summary>
    /// What was delivered of the state from which on somebody wants to hear what changes (<see cref="ReplicaOutput.Changes"/>); <c>null</c>: nobody does. Must be a
    /// state that this replica published, or started from. To be set between two steps, by who steps.
    /// </summary>
    public VectorClock? ChangesSince { get; set; }

    /// <summary>
    /// Whether what was appended can be made durable. Otherwise this replica acknowledges no more than what was when it last promised something, says nothing of what is
    /// stable, and does nothing of its own accord; only own updates that it is asked for make a step a promise. So it stays a member that is heard while its disk takes
    /// nothing. To be set between two steps, by who steps.
    /// </summary>
    public bool MayPromise { get; set; } = true;

    private Member Self => _staged.Members.Find(Id)!;

    /// <summary>Takes the inputs in order and says what must happen. An empty batch lets time pass.</summary>
    public ReplicaOutput Step(ReadOnlySpan<ReplicaInput> inputs, Instant now)
    {
        _now = now;
        (_previous, _previousStable, _previousPromised) = (State, Stable, _promised);
        _staged = new StagedState(State, _settings.Mutation, _settings.InlineBytesMax, ChangesSince);
        _append.Clear();
        _replies.Clear();
        _messages.Clear();
        _events.Clear();
        _isAhead = null;
        _takenOfGuests.Clear();
        if (!_isRolledBack)
        {
            _alarms.Clear(); // those of a step that was undone are still to be told: nothing raises them again
        }

        _isRolledBack = false;
        KeepQueued();
        if (inputs is [SnapshotArrived snapshot])
        {
            return Install(snapshot);
        }

        DeliverFreed(); // by a snapshot
        HealExpiredLinks();
        var found = 0;
        for (var i = 0; i < inputs.Length; i++)
        {
            found = i >= found && inputs[i] is WriteRequest ? i + LookAhead(inputs[i..]) : found;
            Take(inputs[i]);
        }

        _ahead.Clear();

        Verify();
        DeliverEarly();
        SponsorJoiners();
        PromiseEvictions();
        RetireDeparted();
        AdjustLinks();
        SendUpdates();
        RepairGaps();
        CatchUp();
        SendHeartbeats();
        AdvanceStable();
        _staged.CollectOperationIds(Stable, _now.UnixMicroseconds / 1000);

        State = _staged.ToState();
        ReportLinks();
        return Output(isInstall: false);
    }

    private bool IsDeclaredDead => _refusal is { Reason: RefusalReason.Evicted };

    private ReplicaOutput Output(bool isInstall)
    {
        var isPromise = isInstall || IsPromise();
        _promised = isPromise ? State.Delivered : _promised;
        return new ReplicaOutput
        {
            Append = [.. _append],
            IsPromise = isPromise,
            State = State,
            IsInstall = isInstall,
            Stable = Stable,
            Replies = [.. _replies],
            Messages = [.. _messages],
            Events = new EventBatch(_events),
            Collected = [.. _collected],
            Changes = _staged.Changes,
            Alarms = [.. _alarms],
            NextStepAt = NextStepAt(),
            MayExit = MayExit(),
            MustRejoin = IsGivenUp(Self) || (IsDeclaredDead && Self.Status == MemberStatus.Joining), // with its sponsor: it has written nothing yet
            IsEvicted = IsDeclaredDead && Self.Status != MemberStatus.Joining,
            IsOlderCopy = _refusal is { Reason: RefusalReason.OlderCopy },
        };
    }

    private bool IsPromise() => _settings.Mutation != CoreMutation.PromiseNothing
        && ((MayPromise && (_replies.Count > 0 || _messages.Exists(static sent => sent.Message is Heartbeat))) || _append.Exists(update => update.Origin == Id));

    /// <summary>
    /// Undoes the last step after its append failed: the state is again what it was, nothing of its output may be used. Updates of others
    /// that it had delivered come again, since they were never acknowledged; those of guests, whom nobody acknowledges anything, wait again. Its alarms are told by the next.
    /// </summary>
    public void Rollback()
    {
        State = _settings.Mutation == CoreMutation.KeepFailedSteps ? State : _previous with { Keys = _previous.Keys.Resume() };
        (Stable, _promised) = (_previousStable, _previousPromised);
        _staged = new StagedState(State, _settings.Mutation, _settings.InlineBytesMax);
        _atLeave = Self.IsPresent ? null : _atLeave;
        _isRolledBack = true;
        AdjustLinks();
        BufferAgain();
        foreach (var link in _links.Values)
        {
            link.RollBack(State.Delivered[Id]);
        }

        foreach (var (to, message) in _messages)
        {
            if (_links.TryGetValue(to, out var unheard))
            {
                unheard.OwesHeartbeat |= message is Heartbeat;
                if (message is UpdateRange { IsRepair: false } range)
                {
                    unheard.SendAgainFrom(Math.Min(unheard.Sent, range.First - 1));
                }
            }
        }

        RollBackCollection();
        _snapshots.RollBack(_now.MonotonicMicroseconds);
    }

    /// <summary>The delivery buffer, by origin and counter; the first <paramref name="limit"/> of it.</summary>
    public ImmutableArray<PendingUpdate> Pending(int limit = int.MaxValue) => [.. _buffer.InOrder().Take(limit).Select(Describe)];

    /// <summary>The update with that dot in the delivery buffer; <c>null</c> if it is not there.</summary>
    public PendingUpdate? FindPending(Dot dot) => _buffer.Find(dot) is { } entry ? Describe(entry) : null;

    /// <summary>The update that founds a cluster: it admits and activates its author. It is the first in an empty log.</summary>
    public static Update Found(AdmitOperation founder, Instant now)
    {
        ArgumentNullException.ThrowIfNull(founder);
        return new Update(
            new Dot(founder.Replica, 1),
            VectorClock.Empty,
            default(HybridTimestamp).Next(now.UnixMicroseconds),
            [founder, new ActivateOperation(founder.Replica)]);
    }

    /// <summary>Recovery: the state of a checkpoint with the log behind it applied. Updates that the checkpoint covers are skipped.</summary>
    /// <exception cref="InvalidOperationException">The log has a hole or is out of causal order.</exception>
    public static ReplicaState Replay(ReplicaState checkpoint, IEnumerable<Update> log, int inlineBytesMax = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(log);
        var staged = new StagedState(checkpoint, inlineBytesMax: inlineBytesMax);
        foreach (var update in log)
        {
            if (!staged.Delivered.Covers(update.Dot))
            {
                staged.Apply(update);
            }
        }

        return staged.ToState();
    }

    private void Take(ReplicaInput input)
    {
        switch (input)
        {
            case WriteRequest write:
                Reply(write, Write(write));
                break;
            case MessageArrived arrived:
                Take(arrived);
                break;
            case SendFailed failed:
                BackOff(failed.Peer);
                break;
            case SnapshotFailed failed:
                _snapshots.Failed(failed.From);
                break;
            case SnapshotArrived:
                throw new ArgumentException("A snapshot is the only input of its step.", nameof(input));
            case JoinRequest join:
                Reply(join, Admit(join.Admit));
                break;
            case LeaveRequest leave:
                Reply(leave, Leave());
                break;
            case LeaveConfirmed:
                _isLeaveConfirmed = true;
                break;
            case EvictRequest evict:
                Reply(evict, Evict(evict));
                break;
            case EvictionLearnt learnt:
                Learn(learnt);
                break;
            case TwinLearnt twin:
                Learn(twin);
                break;
            case GuestRequest guest:
                Reply(guest, Admit(guest));
                break;
            case HandDelivery hand:
                Reply(hand, Deliver(hand));
                break;
            case SetLinkRequest set:
                Reply(set, SetLink(set));
                break;
            case ReleaseLinkRequest release:
                Reply(release, Release(release));
                break;
            case HealLinksRequest heal:
                Reply(heal, HealLinks());
                break;
            default:
                throw new ArgumentException($"Unknown input {input?.GetType().Name ?? "null"}.", nameof(input));
        }
    }

    private void Reply(Request request, RequestResult result) => _replies.Add((request.Tag, result));

    private static long Micros(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>SplitMix64: small, seeded, the same everywhere.</summary>
    private int Random(int below)
    {
        _random += 0x9E3779B97F4A7C15;
        var z = _random;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)((z ^ (z >> 31)) % (ulong)below);
    }
}
