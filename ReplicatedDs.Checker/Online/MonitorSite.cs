namespace ReplicatedDs.Checker.Online;

/// <summary>What the monitor knows of one site.</summary>
internal sealed class MonitorSite(string name)
{
    private const int SkippedMax = 1_000;

    private readonly Dictionary<int, int> _delivered = [];
    private readonly HashSet<(int Origin, int Counter)> _skipped = [];
    private bool _isKnown;

    public string Name { get; } = name;

    public Queue<MonitorEvent> Events { get; } = [];

    /// <summary>The counter of its last observed write.</summary>
    public int Written { get; set; }

    /// <summary>Some of its events were not observed and it has not written since: its earlier updates are not worth waiting for.</summary>
    public bool HasGap { get; set; }

    /// <summary>The last delivered counter of an origin; <c>null</c>: not known.</summary>
    public int? Delivered(int origin) => _delivered.TryGetValue(origin, out var counter) ? counter : _isKnown ? 0 : null;

    public void Begin(IEnumerable<(int Origin, int Counter)> delivered)
    {
        Forget();
        _isKnown = true;
        foreach (var (origin, counter) in delivered)
        {
            _delivered[origin] = counter;
        }
    }

    public void Forget()
    {
        _isKnown = false;
        _delivered.Clear();
        _skipped.Clear();
    }

    public void Deliver(int origin, int counter)
    {
        if (Delivered(origin) is { } last && counter > last)
        {
            for (var skipped = last + 1; skipped < counter && _skipped.Count < SkippedMax; skipped++)
            {
                _skipped.Add((origin, skipped));
            }
        }

        _delivered[origin] = Math.Max(counter, _delivered.GetValueOrDefault(origin));
    }

    /// <summary>Was it skipped, which was reported, and comes late now?</summary>
    public bool TakeSkipped(int origin, int counter) => _skipped.Remove((origin, counter));
}
