using System.Globalization;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>
/// Reads the event log once, from where a run began, records what concerns it, and answers when an event is seen. Everything that
/// a scenario claims goes through here.
/// </summary>
internal sealed class LogWatch(EventLog log, ClusterStore store, IReadOnlyCollection<CastMember> cast, TimeProvider time, Action<EventView> record)
{
    private const int Batch = 1024;
    private const int KeptMax = 4096;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly List<EventView> _seen = [];
    private readonly List<CastMember> _joined = [];
    private long _position = log.Last;

    /// <summary>Pulses when a waiter should look again for another reason than a new event.</summary>
    public ChangeSignal Nudge { get; } = new();

    /// <summary>A replica that joins the cast in the middle of the run. That it has just been started is no mishap.</summary>
    public void Join(CastMember member) => _joined.Add(member);

    /// <summary>Forgets what was seen: only what happens from now on counts.</summary>
    public void StartHere()
    {
        _position = log.Last;
        _seen.Clear();
    }

    /// <exception cref="ScenarioFailure">It was not seen in time, or a replica of the cast broke away.</exception>
    public async Task<EventView> SeesAsync(Func<EventView, bool> match, string what, CancellationToken stop)
    {
        EventView? found = null;
        return await UntilAsync(() => (found = _seen.Find(seen => match(seen))) is not null, Patience, stop)
            ? found!
            : throw new ScenarioFailure($"Not seen within {Patience.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s: {what}.");
    }

    public EventView? Find(Func<EventView, bool> match) => _seen.Find(seen => match(seen));

    /// <summary>Waits for a condition over what was seen; <c>false</c>: not in time.</summary>
    public async Task<bool> UntilAsync(Func<bool> condition, TimeSpan most, CancellationToken stop)
    {
        var deadline = time.GetUtcNow() + most;
        while (true)
        {
            var next = Task.WhenAny(log.Changed.Next, store.Published.Next, Nudge.Next);
            Read();
            CheckCast();
            if (condition())
            {
                return true;
            }

            var left = deadline - time.GetUtcNow();
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            await ChangeSignal.WaitAsync(next, left, time, stop);
        }
    }

    private void Read()
    {
        while (log.ReadAfter(_position, Batch) is { Events.Count: > 0 } batch)
        {
            _position = batch.Events[^1].N;
            foreach (var one in batch.Events.Where(IsNear))
            {
                // A busy cluster must not fill the memory while the viewer thinks: what is kept is bounded, the oldest goes.
                if (_seen.Count == KeptMax)
                {
                    _seen.RemoveRange(0, KeptMax / 2);
                }

                _seen.Add(one);
                record(one);
            }
        }
    }

    private static bool IsNear(EventView one) =>
        one.Kind is "LinkChanged" or "Kill" or "Restart" or "Join" || one.Keys.Any(key => key.StartsWith(DemoKeys.Prefix, StringComparison.Ordinal));

    private void CheckCast()
    {
        foreach (var member in cast)
        {
            if (_seen.Exists(seen => seen.Replica == member.Id && (seen.Kind is "Kill" or "Restart")))
            {
                throw new ScenarioFailure($"{member.Label} was killed or started anew in the middle.");
            }

        }

        foreach (var member in cast.Concat(_joined))
        {
            if (store.Current.Find(member.Name) is not { } seen || seen.Id != member.Id || seen.IsDown || seen.State is ReplicaStates.Stopping or ReplicaStates.Leaving or ReplicaStates.Starting)
            {
                throw new ScenarioFailure($"{member.Label} is {store.Current.Find(member.Name)?.State ?? "gone"} in the middle.");
            }
        }
    }
}
