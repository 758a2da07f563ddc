using System.Collections.Immutable;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Dashboard.History;

/// <summary>
/// The last updates by dot and by key, gathered from the event log: at most <see cref="UpdatesMax"/> updates, and of a key the last
/// <see cref="PerKeyMax"/>. All members may be called from any thread; events are added by one caller.
/// </summary>
internal sealed class UpdateIndex(int updatesMax = UpdateIndex.UpdatesMax)
{
    public const int UpdatesMax = 16_384;
    public const int PerKeyMax = 32;

    private const int KeysPerUpdateMax = 32;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, UpdateHistory> _updates = [];
    private readonly Queue<string> _order = [];
    private readonly Dictionary<string, List<string>> _keys = [];
    private long _version;

    /// <summary>Grows with every change.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>Takes an event in; answers the update as it is known now, if the event is about one.</summary>
    public UpdateHistory? Add(EventView one)
    {
        if (one.Dot is not { } dot || one.Kind is not ("Write" or "Buffer" or "Apply"))
        {
            return null;
        }

        lock (_lock)
        {
            // The collector's order is that of each replica, not across them: an Apply may come before its Write.
            var known = _updates.GetValueOrDefault(dot) ?? Begin(dot, one);
            var update = one.Kind switch
            {
                "Write" => known with { WrittenAt = one.T, Knew = Actions.AnswerReader.Clock(one.Deps), TraceId = one.TraceId ?? known.TraceId },
                "Buffer" => known with { Steps = Set(known.Steps, new UpdateStep(one.Replica, one.T, known.At(one.Replica)?.AppliedAt)) },
                _ => known with { Steps = Set(known.Steps, new UpdateStep(one.Replica, known.At(one.Replica)?.BufferedAt, one.T)) },
            };
            _updates[dot] = update;
            Interlocked.Increment(ref _version);
            return update;
        }
    }

    public UpdateHistory? Find(string dot)
    {
        lock (_lock)
        {
            return _updates.GetValueOrDefault(dot);
        }
    }

    /// <summary>Keys whose name contains a text, those that begin with it first.</summary>
    public IReadOnlyList<string> Keys(string part, int most)
    {
        lock (_lock)
        {
            return [.. _keys.Keys.Where(key => key.Contains(part, StringComparison.OrdinalIgnoreCase))
                .OrderBy(key => !key.StartsWith(part, StringComparison.OrdinalIgnoreCase)).ThenBy(key => key.Length).ThenBy(key => key, StringComparer.Ordinal).Take(most)];
        }
    }

    /// <summary>The last updates of a key, the newest first.</summary>
    public IReadOnlyList<UpdateHistory> Of(string key)
    {
        lock (_lock)
        {
            return _keys.TryGetValue(key, out var dots)
                ? [.. dots.Select(dot => _updates[dot]).OrderByDescending(update => update.WrittenAt ?? update.Steps.Min(step => step.AppliedAt ?? step.BufferedAt))]
                : [];
        }
    }

    private UpdateHistory Begin(string dot, EventView one)
    {
        var origin = ReplicatedDs.Causality.Clocks.Dot.TryParse(dot, out var parsed) ? parsed.Replica.Value : one.Replica;
        var update = new UpdateHistory(dot, origin, null, [.. one.Keys.Take(KeysPerUpdateMax)], ImmutableDictionary<int, long>.Empty, one.TraceId, []);
        _order.Enqueue(dot);
        foreach (var key in update.Keys.Distinct())
        {
            if (!_keys.TryGetValue(key, out var dots))
            {
                _keys[key] = dots = [];
            }

            dots.Add(dot);
            if (dots.Count > PerKeyMax)
            {
                dots.RemoveAt(0);
            }
        }

        while (_order.Count > updatesMax)
        {
            Forget(_order.Dequeue());
        }

        return update;
    }

    private void Forget(string dot)
    {
        if (!_updates.Remove(dot, out var update))
        {
            return;
        }

        foreach (var key in update.Keys)
        {
            if (_keys.TryGetValue(key, out var dots) && dots.Remove(dot) && dots.Count == 0)
            {
                _keys.Remove(key);
            }
        }
    }

    private static ImmutableArray<UpdateStep> Set(ImmutableArray<UpdateStep> steps, UpdateStep step)
    {
        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i].Replica == step.Replica)
            {
                // A replica that lost its end may apply an update twice: the first time counts.
                return steps[i].AppliedAt is { } applied ? steps.SetItem(i, steps[i] with { AppliedAt = Math.Min(applied, step.AppliedAt ?? applied) }) : steps.SetItem(i, step);
            }
        }

        return steps.Add(step);
    }
}
