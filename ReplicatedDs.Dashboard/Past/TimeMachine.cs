using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Past;

/// <summary>
/// The state of the cluster behind any event of the retained log. Every <see cref="Interval"/> events a snapshot is kept, so that no state
/// is more than that many events away; what it costs while nobody looks is the taking in of each event once. Bounded: snapshots go with
/// the events behind them, and the last <see cref="ViewsMax"/> moments that somebody looked at are kept, the same for all panels and viewers.
/// All members may be called from any thread; events are added by one caller.
/// </summary>
internal sealed class TimeMachine(EventLog log, ClusterStore store, TimeProvider time)
{
    /// <summary>Events between two snapshots.</summary>
    public const int Interval = 1_000;

    private const int ViewsMax = 8;
    private const int FramesMax = 1_024;

    private readonly Lock _lock = new();
    private readonly LinkedList<ClusterState> _snapshots = new([new ClusterState()]);
    private readonly LinkedList<SlotFrame> _frames = new();
    private readonly LinkedList<(long N, Lazy<PastView?> View)> _views = new();
    private readonly Density _density = new();
    private readonly ClusterState _state = new();

    /// <summary>Takes events in, in the order of the log.</summary>
    public void Add(EventBatch batch)
    {
        lock (_lock)
        {
            if (batch.Lost > 0)
            {
                _density.AddLost(batch.Lost);
            }

            foreach (var one in batch.Events)
            {
                _state.Add(one);
                _density.Add(one, _state.T, _state.Depth);
                if (_state.N % Interval == 0)
                {
                    _snapshots.AddLast(_state.Copy());
                }
            }

            Trim();
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
            if (_frames.Last is { } last && last.Value.IsSame(frame))
            {
                return;
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
        (long First, long Last)? among;
        ClusterState start;
        lock (_lock)
        {
            among = _density.Find(t);
            start = _snapshots.First!.Value;
        }

        if (among is not { } range || range.Last <= start.N)
        {
            return new Moment(start.N, start.T);
        }

        // Times of several replicas are not in order: the last one before which nothing is later.
        var found = new Moment(Math.Max(start.N, range.First - 1), start.T);
        foreach (var one in log.ReadAfter(found.N, (int)Math.Min(int.MaxValue, range.Last - found.N)).Events)
        {
            if (one.T > t)
            {
                break;
            }

            found = new Moment(one.N, Math.Max(found.T, one.T));
        }

        return found;
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

    /// <summary>What the browser draws of the moment behind event number <paramref name="n"/>.</summary>
    public PastFrame? Frame(long n, int events)
    {
        if (At(n) is not { } past)
        {
            return null;
        }

        var after = Math.Max(0, past.Moment.N - events);
        var sentence = past.Event is { } one ? EventWords.Sentence(one) : past.Moment.N == 0 ? "before the first event" : "what came before is no longer in the log";
        return new PastFrame(past.Moment, past.Moment.Name, sentence, past.View, events == 0 ? [] : log.ReadAfter(after, (int)(past.Moment.N - after)).Events);
    }

    /// <summary>A stretch of time in columns, for the strip; everything that is retained if none is given.</summary>
    public Strip Read(long from, long to)
    {
        var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;
        lock (_lock)
        {
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

    private void Trim()
    {
        var oldest = log.Oldest;
        while (_snapshots.Count > 1 && _snapshots.First!.Value.N + 1 < oldest)
        {
            _snapshots.RemoveFirst();
        }

        _density.Trim(_snapshots.First!.Value.N);
    }

    private PastView? Derive(long n)
    {
        ClusterState state;
        SlotFrame? frame;
        lock (_lock)
        {
            var node = _snapshots.Last!;
            while (node.Value.N > n && node.Previous is { } previous)
            {
                node = previous;
            }

            state = node.Value.Copy();
            var seen = _frames.Last;
            while (seen?.Value.N > n && seen.Previous is { } previous)
            {
                seen = previous;
            }

            frame = seen?.Value;
        }

        if (frame is null)
        {
            return null;
        }

        EventView? last = null;
        foreach (var one in log.ReadAfter(state.N, (int)(n - state.N)).Events)
        {
            state.Add(one);
            last = one;
        }

        last ??= log.ReadAfter(state.N - 1, 1).Events is [var only] && only.N == state.N ? only : null;
        return PastViewBuilder.Build(state, last, frame, log, store.Current);
    }
}
