using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Dashboard.Otlp.Updates;

namespace ReplicatedDs.Dashboard.Otlp.Store;

/// <summary>
/// The traces that were received last, in memory: at most <see cref="OtlpLimits.TracesMax"/> of them and <see cref="OtlpLimits.BytesMax"/>
/// bytes. When there is no room, whole traces go: those of requests that wrote nothing first, then those unheard of for longest. Safe from
/// any thread.
/// </summary>
internal sealed class TraceStore(int tracesMax = OtlpLimits.TracesMax, long bytesMax = OtlpLimits.BytesMax)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _traces = new(StringComparer.Ordinal);

    // Where a dot's update is found; an update of a trace that has gone is not.
    private readonly Dictionary<Dot, string> _dots = [];

    // By when they were last heard of, the oldest first.
    private readonly LinkedList<Entry> _updates = [];
    private readonly LinkedList<Entry> _others = [];
    private long _bytes;
    private long _version;
    private long _evicted;

    /// <summary>Grows with every change.</summary>
    public long Version => Interlocked.Read(ref _version);

    public TraceStoreCounts Counts
    {
        get
        {
            lock (_gate)
            {
                return new TraceStoreCounts(_updates.Count, _others.Count, _evicted, _bytes);
            }
        }
    }

    /// <summary>Adds a span; one that is here already is taken without a change.</summary>
    public bool TryAdd(StoredSpan span, [NotNullWhen(false)] out string? problem)
    {
        lock (_gate)
        {
            if (!_traces.TryGetValue(span.TraceId, out var entry))
            {
                entry = new Entry(span.TraceId);
                entry.Place = _others.AddLast(entry);
                _traces.Add(span.TraceId, entry);
            }

            problem = null;
            if (!entry.SpanIds.Contains(span.SpanId))
            {
                if (entry.Spans.Count == OtlpLimits.SpansPerTraceMax)
                {
                    entry.Dropped++;
                    problem = $"beyond the {OtlpLimits.SpansPerTraceMax} spans that are kept of a trace";
                    return false;
                }

                Add(entry, span);
                MakeRoom(entry);
            }

            return true;
        }
    }

    /// <summary>What is here of a trace; <c>null</c>: nothing.</summary>
    public TracePicture? Find(string traceId)
    {
        lock (_gate)
        {
            return _traces.TryGetValue(traceId, out var entry) ? new TracePicture(traceId, [.. entry.Spans], entry.Dropped, UpdatesOf(entry)) : null;
        }
    }

    /// <summary>The update with that dot, if spans of it are here.</summary>
    public UpdateTrace? Find(Dot dot)
    {
        lock (_gate)
        {
            return _dots.TryGetValue(dot, out var traceId) && _traces.TryGetValue(traceId, out var entry)
                ? UpdatesOf(entry).FirstOrDefault(update => update.Dot == dot)
                : null;
        }
    }

    /// <summary>Every update whose spans are here.</summary>
    public List<UpdateTrace> Updates()
    {
        lock (_gate)
        {
            var all = new List<UpdateTrace>(_updates.Count);
            foreach (var entry in _updates)
            {
                all.AddRange(UpdatesOf(entry));
            }

            return all;
        }
    }

    private void Add(Entry entry, StoredSpan span)
    {
        entry.Spans.Add(span);
        entry.SpanIds.Add(span.SpanId);
        entry.Bytes += span.Bytes;
        entry.Updates = default;
        _bytes += span.Bytes;
        Interlocked.Increment(ref _version);
        if (span.Text(UpdateTags.Dot) is { } text && Dot.TryParse(text, out var dot) && entry.Dots.Add(dot))
        {
            _dots[dot] = entry.TraceId;
        }

        entry.Place!.List!.Remove(entry.Place);
        (entry.Dots.Count > 0 ? _updates : _others).AddLast(entry.Place);
    }

    private void MakeRoom(Entry newest)
    {
        while (_traces.Count > tracesMax || _bytes > bytesMax)
        {
            var isOther = _others.First is { } other && other.Value != newest
                && (_updates.Count == 0 || _others.Count > Math.Min(OtlpLimits.OtherTracesMax, tracesMax / 4));
            var victim = isOther ? _others.First!.Value
                : _updates.First?.Value is { } update && update != newest ? update
                : _others.First?.Value is { } any && any != newest ? any
                : null;
            if (victim is null)
            {
                return;
            }

            Evict(victim);
        }
    }

    private void Evict(Entry victim)
    {
        victim.Place!.List!.Remove(victim.Place);
        _traces.Remove(victim.TraceId);
        _bytes -= victim.Bytes;
        _evicted++;
        foreach (var dot in victim.Dots)
        {
            if (_dots.TryGetValue(dot, out var traceId) && traceId == victim.TraceId)
            {
                _dots.Remove(dot);
            }
        }
    }

    private static ImmutableArray<UpdateTrace> UpdatesOf(Entry entry)
    {
        if (entry.Updates.IsDefault)
        {
            entry.Updates = UpdateProjector.Project(entry.TraceId, entry.Spans);
        }

        return entry.Updates;
    }

    private sealed class Entry(string traceId)
    {
        public string TraceId => traceId;

        public List<StoredSpan> Spans { get; } = [];

        public HashSet<string> SpanIds { get; } = [];

        public HashSet<Dot> Dots { get; } = [];

        /// <summary>Made of the spans when somebody asks.</summary>
        public ImmutableArray<UpdateTrace> Updates { get; set; }

        public LinkedListNode<Entry>? Place { get; set; }

        public long Bytes { get; set; }

        public int Dropped { get; set; }
    }
}
