using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Stability;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Core;

/// <summary>
/// The stable vector (R4), and what it allows to forget: whatever every update still to come depends on can no longer be contradicted.
/// </summary>
public sealed partial class ReplicaCore
{
    /// <summary>Keys looked at in one step, at most: a stable vector that jumps must not hold up the replica.</summary>
    private const int CollectMax = 4096;

    private readonly CollectionQueue _collectable = new();

    // Of the running step: what it made collectable, and what it took out to collect. A step that is rolled back did neither.
    private readonly List<(string Key, Dot Dot)> _queued = [];
    private List<(string Key, Dot Dot)> _taken = [];
    private bool _mayRetire;

    // What others may have forgotten on the word of an earlier process under this id, or had when they gave a snapshot: that was never above what was delivered.
    private VectorClock _forgottenAtMost;
    private readonly List<string> _collected = [];

    /// <summary>How many changes of keys wait until they are stable so that something can be forgotten: tombstones, for example.</summary>
    public int CollectableCount => _collectable.Count + _queued.Count;

    private void AdvanceStable()
    {
        if (_now.MonotonicMicroseconds - _stableCheckedAt < Micros(_settings.HeartbeatInterval) && _stableCheckedAt != 0)
        {
            return;
        }

        _stableCheckedAt = _now.MonotonicMicroseconds;

        // A joiner's row starts at its floor, which may be below what is stable already; what was stable stays stable (R4).
        var stable = KnownStable().Merge(Stable).Retire(_staged.Members.Retired);
        if (!stable.Equals(Stable))
        {
            Stable = stable;
            _events.Add(new ReplicaEvent(ReplicaEventKind.Stable) { Clock = stable });
        }

        _mayRetire = true;
        if (_staged.Members.Retired.Count > 0 && Self.IsPresent) // what its own leave depends on must stay readable as it was meant
        {
            _staged.Settle(Forgettable());
        }

        Collect();
    }

    /// <summary>
    /// Lets the ids of departed members leave the clocks once everybody has delivered all of them, and knows that they departed (R8). One replica does
    /// it for all: the reachable one with the smallest id; if two do it, no harm is done.
    /// </summary>
    private void RetireDeparted()
    {
        if (!_mayRetire || Refusal is not null || !MayPromise)
        {
            return;
        }

        _mayRetire = false;
        var departed = _staged.Members.Where(member => member is { Status: MemberStatus.Departed, Final: > 0, IsRetired: false }).ToList();
        if (departed.Count == 0 || _staged.Members.First(member => member.Id == Id || (member.IsServing && _links.TryGetValue(member.Id, out var link) && IsReachable(link))).Id != Id)
        {
            return;
        }

        var stable = Forgettable();
        var retiring = departed
            .Where(member => _settings.Mutation == CoreMutation.RetireUnstable
                || (stable.Covers(new Dot(member.Id, member.Final)) && (member.Eviction is null || stable.Covers(member.Eviction.PromisedBy))))
            .ToList();
        if (retiring.Count > 0)
        {
            Originate([.. retiring.Select(member => new RetireOperation(member.Id))]);
        }
    }

    /// <summary>
    /// The minimum of the rows, by what is appended here: a step that is rolled back must leave no claim behind. A member starts with
    /// its floor, and so does this replica's view of all others after a start.
    /// </summary>
    private VectorClock KnownStable()
    {
        var stable = HeldByAll();
        if (_previous.Members.HasGuests)
        {
            // Of a guest's updates this replica alone may know: what waits here will be delivered as it was accepted.
            foreach (var waiting in _previous.Members.Where(member => member.Status == MemberStatus.Guest).SelectMany(member => _buffer.Of(member.Id)))
            {
                stable = stable.Meet(waiting.Update.Dependencies);
            }
        }

        return stable;
    }

    /// <summary>Whether all members, as far as known here, have all updates of one that has left.</summary>
    public bool HasEverybody(ReplicaId departed) => Self.IsServing
        && State.Members.Find(departed) is { Status: MemberStatus.Departed, Final: > 0 } gone
        && (gone.IsRetired || HeldByAll().Covers(new Dot(gone.Id, gone.Final)));

    private VectorClock HeldByAll()
    {
        var held = _previous.Delivered;
        foreach (var member in _previous.Members)
        {
            if (member.Id != Id && member.IsPresent && _links.TryGetValue(member.Id, out var link)) // none: it departs and is retired in this very step
            {
                link.RefreshRow(_previous.Delivered);
                held = held.Meet(_settings.Mutation == CoreMutation.RowsBeforeDelivery ? link.Announced ?? link.Row : link.Row);
            }
        }

        return held;
    }

    /// <summary>
    /// What every update still to come depends on, those of guests included. A guest has no row: its updates depend on what was stable where they were
    /// delivered by hand. So while there are guests, only that counts which every member calls stable, as of updates that are all delivered here.
    /// </summary>
    private VectorClock Forgettable()
    {
        var forgettable = Stable;
        if (_previous.Members.HasGuests)
        {
            foreach (var member in _previous.Members.Where(member => member.Id != Id && member.IsPresent))
            {
                forgettable = _links.TryGetValue(member.Id, out var link) ? forgettable.Meet(link.StableThere(_previous.Delivered)) : forgettable;
            }
        }

        return forgettable.Over(_staged.Members.Retired);
    }

    private void Collect()
    {
        if (_collectable.Count == 0)
        {
            return;
        }

        var stable = Forgettable();
        _taken = _collectable.Take(_settings.Mutation == CoreMutation.CollectUnstable ? static _ => true : stable.Covers, CollectMax);
        foreach (var (key, _) in _taken)
        {
            if (_staged.Collect(key, stable))
            {
                _collected.Add(key);
            }
        }
    }

    /// <summary>Remembers a key that has something to forget. Each of its versions may be the last to become stable.</summary>
    private void QueueForCollection(string key)
    {
        if (_staged.Find(key) is { IsCollectable: true } state)
        {
            foreach (var version in state.Versions)
            {
                _queued.Add((key, version.Dot));
            }
        }
    }

    /// <summary>The last step stands: what it made collectable is queued.</summary>
    private void KeepQueued()
    {
        _queued.ForEach(queued => _collectable.Add(queued.Key, queued.Dot));
        _queued.Clear();
        _taken.Clear();
        _collected.Clear();
    }

    private void RollBackCollection()
    {
        _taken.ForEach(taken => _collectable.Add(taken.Key, taken.Dot));
        _taken.Clear();
        _queued.Clear();
    }
}
