using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Configuration;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Past;

/// <summary>
/// The state of the cluster behind any event of the retained log. Every <see cref="Interval"/> events a snapshot is kept, so that no state
/// is more than that many events away; what it costs while nobody looks is the taking in of each event once. Bounded: snapshots go with
/// the events behind them, and the last <see cref="ViewsMax"/> moments that somebody looked at are kept, the same for all panels and viewers.
/// All members may be called from any thread; events are added by one caller.
/// </summary>
internal sealed class TimeMachine(ClusterStore store, TimeProvider time, int capacity = DashboardOptions.EventCapacity)
{
    /// <summary>Events between two snapshots.</summary>
    public const int Interval = 1_000;

    private const int ViewsMax = 8;
    private const int FramesMax = 1_024;

    /// <summary>In microseconds: so long after its start the dashboard still gets to know who is there.</summary>
    private const long HearingMax = 3_000_000;

    private readonly Lock _lock = new();
    private readonly LinkedList<ClusterState> _snapshots = new([new ClusterState()]);
    private readonly LinkedList<SlotFrame> _frames = new();
    private readonly LinkedList<(long N, Lazy<PastView?> View)> _views = new();
    private readonly Dictionary<int, IReadOnlyDictionary<int, long>> _first = [];
    private readonly Density _density = new();
    private readonly ClusterState _state = new();
    private readonly OrderedLog _log = new(capacity);

    /// <summary>Takes events in as the collector got to know of them.</summary>
    public void Add(EventBatch batch)
    {
        lock (_lock)
        {
            if (batch.Lost > 0)
            {
                _density.AddLost(batch.Lost);
            }

            var now = Now();
            foreach (var one in batch.Events)
            {
                _log.Add(one, now);
            }

            GoOn();
        }
    }

    /// <summary>Takes in which replicas are there and how they are.</summary>
    public void Add(ClusterView view)
    {
        if (view.Version == 0)
        {
            return;
        }

        var frame = SlotFrame.Of(view);
        lock (_lock)
        {
            foreach (var replica in view.Members)
            {
                if (replica.Clock is { } clock)
                {
                    _first.TryAdd(replica.Id!.Value, clock);
                }
            }

            if (_frames.Last is { } last && last.Value.IsSame(frame))
            {
                return;
            }

            if (_frames.Count == 1 && frame.T - _frames.First!.Value.T < HearingMax)
            {
                // While replicas are heard for the first time, one after another, they were there before.
                frame = frame with { T = _frames.First.Value.T };
                _frames.Clear();
            }

            _frames.AddLast(frame);
            if (_frames.Count > FramesMax)
            {
                _frames.RemoveFirst();
            }
        }
    }

    /// <summary>The state behind event number <paramref name="n"/>, or the nearest one that is retained; <c>null</c>: nothing is known yet.</summary>
    public PastView? At(long n)
    {
        Lazy<PastView?> view;
        lock (_lock)
        {
            GoOn();
            n = Math.Clamp(n, _snapshots.First!.Value.N, Math.Max(_snapshots.First!.Value.N, _state.N));
            for (var node = _views.First; node is not null; node = node.Next)
            {
                if (node.Value.N == n)
                {
                    _views.Remove(node);
                    _views.AddFirst(node);
                    return node.Value.View.Value;
                }
            }

            view = new Lazy<PastView?>(() => Derive(n));
            _views.AddFirst((n, view));
            if (_views.Count > ViewsMax)
            {
                _views.RemoveLast();
            }
        }

        return view.Value;
    }

    /// <summary>The moment behind the last event up to a time, in Unix microseconds.</summary>
    public Moment Find(long t)
    {
        lock (_lock)
        {
            GoOn();
            var found = _snapshots.First!.Value;
            for (var node = _snapshots.First; node is not null && node.Value.T <= t; node = node.Next)
            {
                found = node.Value;
            }

            var (n, at) = (found.N, found.T);
            for (; n < _log.Last && Math.Max(at, _log[n + 1].T) <= t; n++)
            {
                at = Math.Max(at, _log[n + 1].T);
            }

            return new Moment(n, at);
        }
    }

    /// <summary>The moment that a name means: by its number, if that event has that time, else by the time alone.</summary>
    public Moment? Resolve(string? name)
    {
        if (Moment.Parse(name) is not { } asked)
        {
            return null;
        }

        return asked.N >= 0 && At(asked.N) is { } view && view.Moment == asked ? asked : Find(asked.T);
    }

    /// <summary>What the browser draws of the moment behind event number <paramref name="n"/>, with at most so many events.</summary>
    public PastFrame? Frame(long n, int events)
    {
        if (At(n) is not { } past)
        {
            return null;
        }

        var sentence = past.Event is { } one ? EventWords.Sentence(one) : past.Moment.N == 0 ? "before the first event" : "what came before is no longer in the log";
        return new PastFrame(past.Moment, past.Moment.Name, sentence, past.View, EventsUpTo(past.Moment.N, events));
    }

    /// <summary>The last events up to number <paramref name="n"/>, the oldest first.</summary>
    public IReadOnlyList<EventView> EventsUpTo(long n, int most)
    {
        lock (_lock)
        {
            return Events(Math.Max(0, Math.Min(n, _log.Last) - most), n);
        }
    }

    /// <summary>A stretch of time in columns, for the strip; everything that is retained if none is given.</summary>
    public Strip Read(long from, long to)
    {
        var now = Now();
        lock (_lock)
        {
            GoOn();
            var first = _snapshots.First!.Value;
            var oldest = new Moment(first.N, first.N == 0 ? _density.Start ?? now : first.T);
            var newest = new Moment(_state.N, _state.T);
            (from, to) = from > 0 && to > from ? (from, to) : (Math.Min(oldest.T, now - 1_000_000), Math.Max(now, newest.T) + 1);
            return _density.Read(from, to, oldest, newest, now);
        }
    }

    /// <summary>What each replica knows to be stable now, by its id.</summary>
    public IReadOnlyDictionary<int, IReadOnlyDictionary<int, long>> Known()
    {
        lock (_lock)
        {
            return PastViewBuilder.Known(_state);
        }
    }

    private long Now() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;

    /// <summary>Takes in what is old enough by now.</summary>
    private void GoOn()
    {
        var now = Now();
        while (_log.Next(now) is { } one)
        {
            _state.Add(one, _log.Last);
            _density.Add(one, _log.Last, _state.T, _state.Depth);
            if (_state.N % Interval == 0)
            {
                _snapshots.AddLast(_state.Copy());
            }
        }

        while (_snapshots.Count > 1 && _snapshots.First!.Value.N + 1 < _log.Oldest)
        {
            _snapshots.RemoveFirst();
        }

        _density.Trim(_snapshots.First!.Value.N);
    }

    /// <summary>The events after one number and up to another, as far as they are kept.</summary>
    private EventView[] Events(long after, long last)
    {
        var first = Math.Max(after + 1, _log.Oldest);
        var events = new EventView[Math.Max(0, Math.Min(last, _log.Last) - first + 1)];
        for (var i = 0; i < events.Length; i++)
        {
            events[i] = _log[first + i];
        }

        return events;
    }

    private PastView? Derive(long n)
    {
        ClusterState state;
        SlotFrame? frame;
        EventView? last;
        List<EventView> later;
        Dictionary<int, IReadOnlyDictionary<int, long>> first;
        lock (_lock)
        {
            var node = _snapshots.Last!;
            while (node.Value.N > n && node.Previous is { } previous)
            {
                node = previous;
            }

            state = node.Value.Copy();
            while (state.N < n)
            {
                state.Add(_log[state.N + 1], state.N + 1);
            }

            last = state.N >= _log.Oldest && state.N > 0 ? _log[state.N] : null;
            later = [.. Events(state.N, _log.Last), .. _log.Waiting];
            first = new Dictionary<int, IReadOnlyDictionary<int, long>>(_first);
            var seen = _frames.Last;
            while (seen?.Value.T > state.T && seen.Previous is { } previous)
            {
                seen = previous;
            }

            frame = seen?.Value;
        }

        return frame is null ? null : PastViewBuilder.Build(state, last, frame, later, first, store.Current);
    }
}
