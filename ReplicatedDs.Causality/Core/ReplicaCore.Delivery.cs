using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Delivery;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Core;

/// <summary>Updates of others: arrive, wait, become visible.</summary>
public sealed partial class ReplicaCore
{
    private readonly Queue<Dot> _freed = [];

    // What the running step delivered of what waited: guests send nothing again.
    private readonly List<BufferedUpdate> _takenOfGuests = [];

    private HybridTimestamp LatestAccepted =>
        HybridTimestamp.FromMilliseconds((_now.UnixMicroseconds + Micros(_settings.ClockAheadMax)) / 1000);

    private DeliveryOutcome Arrive(Update update, ReplicaId from)
    {
        _events.Add(new ReplicaEvent(ReplicaEventKind.Arrive) { Update = update, Peer = from });
        if (_staged.Delivered.Covers(update.Dot) || _buffer.Contains(update.Dot))
        {
            _events.Add(new ReplicaEvent(ReplicaEventKind.Duplicate) { Update = update, Peer = from });
            if (_settings.Mutation == CoreMutation.ApplyDuplicates && _staged.Delivered.Covers(update.Dot))
            {
                _staged.Apply(update, _events, _queued);
            }

            return DeliveryOutcome.Duplicate;
        }

        var blocker = Blocker(update);
        var isEarly = blocker is null && update.Timestamp > LatestAccepted;
        if (blocker is null && !isEarly)
        {
            _events.Add(new ReplicaEvent(ReplicaEventKind.Apply) { Update = update, Peer = from, ArrivedAt = _now });
            Apply(update);
            return DeliveryOutcome.Applied;
        }

        return Buffer(update, blocker, from);
    }

    private Dot? Blocker(Update update)
    {
        var blocker = DeliveryRule.Blocker(update, _staged.Delivered);
        return _settings.Mutation == CoreMutation.SkipDependencyCheck && blocker?.Replica != update.Origin ? null : blocker;
    }

    private DeliveryOutcome Buffer(Update update, Dot? blocker, ReplicaId from)
    {
        var dropped = _buffer.Add(new BufferedUpdate(update, _staged.Delivered, _now), blocker, _staged.Delivered);
        foreach (var victim in dropped)
        {
            _events.Add(new ReplicaEvent(ReplicaEventKind.Drop)
            {
                Update = victim,
                Detail = "the delivery buffer is full; it will be fetched again",
            });
        }

        if (!dropped.IsEmpty && dropped.Contains(update))
        {
            return DeliveryOutcome.Dropped;
        }

        _events.Add(new ReplicaEvent(ReplicaEventKind.Buffer)
        {
            Update = update,
            Peer = from,
            DeliveredAtArrival = _staged.Delivered,
            WouldBeVisible = WouldBeVisible(update),
        });
        return DeliveryOutcome.Buffered;
    }

    /// <summary>Whether a store that applies on arrival would show a value of this update to readers now.</summary>
    private bool WouldBeVisible(Update update)
    {
        foreach (var operation in update.Operations)
        {
            if (operation is KeyOperation change
                && (_staged.Find(change.Key)?.Winner is not { } winner || winner.CompareTo(update.Timestamp, update.Dot, VersionKind.Register) < 0))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Applies a causally ready update, and then everything in the buffer that it frees.</summary>
    private void Apply(Update update)
    {
        ApplyOne(update);
        _buffer.Wake(update.Dot, _freed);
        DeliverFreed();
    }

    private void ApplyOne(Update update)
    {
        _staged.Apply(update, _events, _queued);
        _append.Add(update);
        _digests.Add(update.Dot, _staged.Head(update.Origin).Digest);
        EndQuarantine(update.Origin);
        foreach (var operation in update.Operations)
        {
            if (operation is IntentOperation intent)
            {
                DropBuffered(intent.Replica, DeclaredDead); // it comes from survivors that have delivered it, or not at all
            }
            else if (operation is AdmitOperation admit)
            {
                AlarmDoubleAdmission(admit, update.Origin);
            }
        }

        if (update.Origin != Id && _links.TryGetValue(update.Origin, out var link))
        {
            link.OwesAcknowledgement = true;
        }
    }

    private void DeliverFreed()
    {
        while (_freed.TryDequeue(out var dot))
        {
            if (_buffer.Find(dot) is not { Update: var update } entry)
            {
                continue; // dropped meanwhile
            }

            if (_staged.Delivered.Covers(dot))
            {
                _buffer.Remove(dot);
            }
            else if (Blocker(update) is { } blocker)
            {
                _buffer.WaitFor(dot, blocker);
            }
            else if (update.Timestamp > LatestAccepted)
            {
                _buffer.WaitForTime(update);
            }
            else
            {
                _buffer.Remove(dot);
                if (_previous.Members.HasGuests && _previous.Members.Find(update.Origin) is { Status: MemberStatus.Guest })
                {
                    _takenOfGuests.Add(entry);
                }

                _events.Add(new ReplicaEvent(ReplicaEventKind.Apply)
                {
                    Update = update,
                    Peer = update.Origin,
                    ArrivedAt = entry.ArrivedAt,
                    DeliveredAtArrival = entry.DeliveredAtArrival,
                });
                ApplyOne(update);
                _buffer.Wake(dot, _freed);
            }
        }
    }

    /// <summary>Puts back what a step that was undone had delivered of guests' updates that waited.</summary>
    private void BufferAgain()
    {
        foreach (var entry in _takenOfGuests)
        {
            _buffer.Add(entry, Blocker(entry.Update), _staged.Delivered);
        }
    }

    /// <summary>Delivers what waited for nothing but time: of its own accord, so not while nothing may be promised.</summary>
    private void DeliverEarly()
    {
        if (!MayPromise)
        {
            return;
        }

        _buffer.WakeEarly(LatestAccepted, _freed);
        DeliverFreed();
    }

    private PendingUpdate Describe(BufferedUpdate entry)
    {
        var (missing, count) = DeliveryRule.Missing(entry.Update, State.Delivered);
        var reason = IsHopeless(entry.Update) ? PendingReason.Quarantined
            : count == 0 ? PendingReason.ClockAhead
            : State.Delivered.Covers(entry.Update.Dependencies.Without(entry.Update.Origin)) ? PendingReason.Gap
            : PendingReason.MissingDependency;
        return new PendingUpdate(entry.Update, missing, count, reason, entry.ArrivedAt);
    }

    private RequestResult Deliver(HandDelivery hand)
    {
        if (Refusal is { } refusal)
        {
            return refusal; // what is delivered by hand may exist nowhere else: a joiner or leaver could take it away with it
        }

        var update = hand.Update;
        if (_staged.Members.Find(update.Origin) is not { } sender || update.Origin == Id)
        {
            return new Refused(RefusalReason.Conflict, update.Origin == Id
                ? $"Replica {Id} does not take its own updates from others."
                : $"{update.Origin} is neither a member nor a guest here.");
        }

        if (update.Dependencies[update.Origin] != update.Dot.Counter - 1)
        {
            return new Refused(RefusalReason.Conflict, $"{update.Dot} must depend on exactly the updates of {update.Origin} before it.");
        }

        if (_buffer.Find(update.Dot) is { } waiting && !IsSame(waiting.Update, update))
        {
            return new Refused(RefusalReason.Conflict, $"{update.Dot} is here already, with other content.");
        }

        if (sender.Status == MemberStatus.Guest && !_staged.Delivered.Covers(update.Dot)
            && Stable.Merge(_forgottenAtMost).Merge(sender.Floor).Without(update.Origin) is var least && !update.Dependencies.Covers(least))
        {
            return new Refused(
                RefusalReason.Conflict,
                $"The clock of {update.Dot} must be at or above {least}: what is stable, as far as this process can tell, and the admission of {update.Origin}.");
        }

        var outcome = Arrive(update, update.Origin);
        return new HandDelivered(update.Dot, outcome, DeliveryRule.Missing(update, _staged.Delivered).Dots);
    }

    private static bool IsSame(Update left, Update right) =>
        left.Dependencies.Equals(right.Dependencies)
        && left.Operations.Length == right.Operations.Length
        && left.Operations.Zip(right.Operations).All(pair => pair switch
        {
            (SetOperation a, SetOperation b) => a.Key == b.Key && a.Value.Span.SequenceEqual(b.Value.Span),
            var (a, b) => a == b,
        });
}
