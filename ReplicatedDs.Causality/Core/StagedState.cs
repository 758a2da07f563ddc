using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Forks;
using ReplicatedDs.Causality.Idempotency;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Core;

/// <summary>Changes on top of one immutable root: made into the next root in one piece, or thrown away.</summary>
internal sealed class StagedState(
    ReplicaState root, CoreMutation mutation = CoreMutation.None, int inlineBytesMax = int.MaxValue, VectorClock? changesSince = null)
{
    private readonly Dictionary<ReplicaId, StreamHead> _heads = [];
    private static readonly StreamHead NoHead = new(VectorClock.Empty, StreamDigest.Start);

    private KeySpace.Builder? _keys;
    private List<string>? _changed;

    public VectorClock Delivered { get; private set; } = root.Delivered;

    public MemberTable Members { get; private set; } = root.Members;

    public HybridTimestamp Timestamp { get; private set; } = root.Timestamp;

    public OperationIds OperationIds { get; private set; } = root.OperationIds;

    public KeyChanges Changes => new(changesSince, _changed is null ? [] : [.. _changed]);

    public KeyState? Find(string key) => _keys is null ? root.Keys.Find(key) : _keys.Find(key);

    /// <summary>Finds the keys that were added there: those of the next updates.</summary>
    public void LookAhead(KeyLookahead ahead) => (_keys ??= root.Keys.ToBuilder()).LookAhead(ahead);

    /// <summary>What is kept of the last update delivered of <paramref name="origin"/>.</summary>
    public StreamHead Head(ReplicaId origin) =>
        _heads.TryGetValue(origin, out var known) ? known : root.Heads.GetValueOrDefault(origin, NoHead);

    /// <summary>Applies a causally ready update.</summary>
    /// <param name="events">Where to say what happened to keys and members.</param>
    /// <param name="collectable">Where to put the keys that have something to forget now, with each of their versions: any may be the last to become stable.</param>
    /// <exception cref="InvalidOperationException">It is not: a broken invariant.</exception>
    public void Apply(Update update, List<ReplicaEvent>? events = null, List<(string Key, Dot Dot)>? collectable = null)
    {
        if (mutation is not (CoreMutation.SkipDependencyCheck or CoreMutation.ApplyDuplicates)
            && (Delivered[update.Origin] + 1 != update.Dot.Counter || !Delivered.Covers(update.Dependencies)))
        {
            throw new InvalidOperationException(
                $"Invariant broken: {update.Dot} with dependencies {update.Dependencies} applied where {Delivered} is delivered.");
        }

        var retired = Members.Retired;
        var seen = retired.Count == 0 ? update : update with { Dependencies = Members.Complete(update.Dependencies) };
        var isVoid = seen.OperationId is { } operationId && IsVoid(seen, operationId);
        var isMembership = false;
        foreach (var operation in mutation == CoreMutation.TornUpdates ? update.Operations[..1] : update.Operations)
        {
            switch (operation)
            {
                case DeleteOperation delete when mutation == CoreMutation.ForgetTombstones:
                    Tell(delete.Key, Find(delete.Key));
                    (_keys ??= root.Keys.ToBuilder()).Remove(delete.Key);
                    break;
                case KeyOperation change:
                    Write(seen, change, isVoid, events, collectable);
                    break;
                case MembershipOperation membership:
                    Apply(update, membership, events);
                    isMembership = true;
                    break;
                default:
                    throw new InvalidOperationException($"Update {update.Dot} has an operation of unknown kind {operation.GetType().Name}.");
            }
        }

        Delivered = Delivered.With(update.Dot);
        if (!ReferenceEquals(retired, Members.Retired))
        {
            Delivered = Delivered.Retire(Members.Retired);
        }

        if (isMembership)
        {
            EndEvictions(update, events); // whoever joins or leaves changes who has to promise
        }

        Timestamp = HybridTimestamp.Max(Timestamp, update.Timestamp);
        _heads[update.Origin] = new StreamHead(update.Dependencies, StreamDigest.Next(Head(update.Origin).Digest, update));
    }

    /// <summary>Takes note that every update still to come depends on <paramref name="stable"/>.</summary>
    public void Settle(VectorClock stable) => Members = Members.Settle(stable);

    /// <summary>Drops what of the key may be forgotten once <paramref name="stable"/> is stable.</summary>
    /// <returns>Whether anything changed.</returns>
    public bool Collect(string key, VectorClock stable)
    {
        if (Find(key) is not { } before)
        {
            return false;
        }

        var after = mutation == CoreMutation.CollectUnstable ? (before.IsPresent ? before : null) : before.Collect(stable);
        if (ReferenceEquals(before, after))
        {
            return false;
        }

        Put(key, after);
        return true;
    }

    public ReplicaState ToState() => root with
    {
        Delivered = Delivered,
        Keys = _keys is null ? root.Keys : _keys.ToKeySpace(),
        Members = Members,
        Timestamp = Timestamp,
        OperationIds = OperationIds,
        Heads = Members.Retired == root.Members.Retired
            ? root.Heads.SetItems(_heads)
            : root.Heads.SetItems(_heads).RemoveRange(Members.Retired.Select(dot => dot.Replica)),
    };

    /// <summary>Forgets the operation ids that nobody can repeat any more.</summary>
    public void CollectOperationIds(VectorClock stable, long nowMilliseconds) => OperationIds = OperationIds.Collect(stable, nowMilliseconds);

    /// <summary>
    /// Remembers the update's operation id. If another replica took the same write without knowing of this one, that with the larger dot is void:
    /// the answer if that is this one, else the other is taken back here.
    /// </summary>
    private bool IsVoid(Update update, string id)
    {
        var fingerprint = OperationFingerprint.Of(update.Operations);
        var twins = OperationIds.Twins(update, fingerprint).ToList();
        OperationIds = OperationIds.Add(id, new KnownOperation(update.Dot, fingerprint, update.Timestamp.Milliseconds, [.. update.Keys]));
        if (mutation == CoreMutation.CountRepeated)
        {
            return false;
        }

        foreach (var (key, twin) in twins.Where(twin => twin.Dot > update.Dot).SelectMany(twin => twin.Keys.Select(key => (key, twin.Dot))))
        {
            if (Find(key) is { } state)
            {
                Put(key, state.Void(twin));
            }
        }

        return twins.Exists(twin => twin.Dot < update.Dot);
    }

    private void Tell(string key, KeyState? before)
    {
        // A state's delivered clock covers every version in that state, also those of ids that have been retired since (VectorClock.Over). So a winner that the
        // clock does not cover came later, and the key was told then.
        if (changesSince is not null && (before is null || (changesSince.Covers(before.Winner.Dot) && mutation != CoreMutation.TellNewKeysOnly)))
        {
            (_changed ??= []).Add(key);
        }
    }

    private void Put(string key, KeyState? state) => (_keys ??= root.Keys.ToBuilder()).Put(key, state);

    private void Write(Update update, KeyOperation operation, bool isVoid, List<ReplicaEvent>? events, List<(string Key, Dot Dot)>? collectable)
    {
        if (operation is SetOperation set && set.Value.Length > inlineBytesMax)
        {
            operation = set with { Value = ValueReference.Of(set.Value.Length) }; // the log has the bytes
        }

        var key = operation.Key;
        var before = Find(key);
        var start = mutation == CoreMutation.WinnerByArrival ? null : before;
        var after = isVoid ? KeyState.ApplyVoid(start, update, operation) : KeyState.Apply(start, update, operation);
        Tell(key, before);
        Put(key, after);
        if (collectable is not null && after.IsCollectable)
        {
            foreach (var version in after.Versions)
            {
                collectable.Add((key, version.Dot));
            }
        }

        if (events is null)
        {
            return;
        }

        var (had, has) = (before?.SiblingCount ?? 0, after.SiblingCount);
        if (has > 1 && has > had)
        {
            events.Add(new ReplicaEvent(ReplicaEventKind.SiblingMade) { Update = update, Key = key });
        }
        else if (had > 1 && has == 1)
        {
            events.Add(new ReplicaEvent(ReplicaEventKind.SiblingResolved) { Update = update, Key = key });
        }
    }

    private void Apply(Update update, MembershipOperation operation, List<ReplicaEvent>? events)
    {
        var before = Members;
        Members = Members.Apply(update, operation);
        if (events is null || ReferenceEquals(before, Members))
        {
            return;
        }

        var (kind, detail) = operation switch
        {
            AdmitOperation => (ReplicaEventKind.Join, $"replica {update.Origin} admits {operation.Replica}"),
            ActivateOperation => (ReplicaEventKind.Join, $"{operation.Replica} is active"),
            IntentOperation => (ReplicaEventKind.Leave, $"replica {update.Origin} declares {operation.Replica} dead"),
            PromiseOperation => (ReplicaEventKind.Leave, $"replica {update.Origin} promises to take nothing more from {operation.Replica}"),
            RetireOperation => (ReplicaEventKind.Leave, $"the id of {operation.Replica} is retired: clocks leave it out"),
            GuestOperation => (ReplicaEventKind.Join, $"{operation.Replica} is a guest"),
            AbortOperation => (ReplicaEventKind.Leave, $"replica {update.Origin} gives up on {operation.Replica}"),
            _ => (ReplicaEventKind.Leave, $"{operation.Replica} left"),
        };
        events.Add(new ReplicaEvent(kind) { Update = update, Peer = operation.Replica, Detail = detail });
    }

    private void EndEvictions(Update update, List<ReplicaEvent>? events)
    {
        var before = Members;
        Members = Members.EndEvictions(Delivered);
        if (events is not null && !ReferenceEquals(before, Members))
        {
            foreach (var departed in Members.Where(member => member is { IsFenced: true, IsPresent: false } && before.Find(member.Id)!.IsPresent))
            {
                events.Add(new ReplicaEvent(ReplicaEventKind.Leave)
                {
                    Update = update,
                    Peer = departed.Id,
                    Detail = $"{departed.Id} is evicted; its last update is {departed.Id}#{departed.Final}",
                });
            }
        }
    }
}
