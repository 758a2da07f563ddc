using ReplicatedDs.Checker.Checks;

namespace ReplicatedDs.Checker.Online;

/// <summary>
/// Checks events one by one while they happen, in bounded memory: that every site delivers updates in causal order and once, that no
/// read returns something older than a write in its causal past, and that some order of concurrent writes explains the reads.
/// </summary>
/// <remarks>
/// <para>A site is whatever has an order of its own: a replica with its writes and deliveries, or a client session with its writes and
/// reads. Events of one site are given in its order; sites may run ahead of each other: an event that names a write which was not
/// observed yet waits for it, with everything that follows at its site. What causally precedes what is worked out from these events
/// alone, not from what the store says of its updates.</para>
/// <para>Delivery order is checked over the whole run. Reads and cycles are checked within <see cref="MonitorOptions.Window"/> events:
/// two windows overlap by half, so what spans at most half a window is found; cycles when a window ends or on <see cref="Flush"/>.
/// What reaches further back, or follows <see cref="Lost"/> events, is counted as not checked; nothing is reported on incomplete
/// knowledge. O(sites) per event. Not safe for concurrent use.</para>
/// </remarks>
public sealed class CausalMonitor
{
    private readonly MonitorOptions _options;
    private readonly List<MonitorSite> _sites = [];
    private readonly Dictionary<string, int> _numbers = [];
    private readonly Queue<MonitorFinding> _findings = [];
    private readonly HashSet<string> _reportedCycles = [];
    private MonitorWindow _window = new();
    private MonitorWindow? _next;
    private long _events;
    private long _checked;
    private long _notChecked;
    private long _violations;
    private int _waiting;

    public CausalMonitor(MonitorOptions? options = null)
    {
        _options = options ?? new MonitorOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Window, 4);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.WaitingMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.FindingsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.SitesMax, 1);
    }

    public MonitorStatus Status => new(_checked, _violations, _notChecked, _waiting, _options.Window);

    /// <summary>The latest findings, oldest first.</summary>
    public IReadOnlyCollection<MonitorFinding> Findings => _findings;

    /// <summary>
    /// From here on everything that the site delivers is observed. Without this, or after <see cref="Lost"/>, what it has delivered of
    /// an origin is only known from its next delivery of that origin.
    /// </summary>
    /// <param name="delivered">What it has delivered before, as the last counter per site; nothing if <c>null</c>.</param>
    public void Begin(string site, IReadOnlyDictionary<string, long>? delivered = null) =>
        Take(site, new(MonitorEventKind.Begin, -1, 0, [], delivered ?? new Dictionary<string, long>()));

    /// <summary>Some events of the site were not observed.</summary>
    public void Lost(string site) => Take(site, new(MonitorEventKind.Lost, -1, 0, []));

    /// <summary>The site wrote these keys together, as its update number <paramref name="counter"/>.</summary>
    /// <param name="deletes">Those of the keys that the update deleted: their absence has more than one explanation afterwards.</param>
    public void Write(string site, long counter, IReadOnlyList<string> keys, IReadOnlyCollection<string>? deletes = null) =>
        Take(site, new(MonitorEventKind.Write, -1, Narrow(counter), keys) { Deletes = deletes ?? [] });

    /// <summary>The site, a replica, delivered an update of another site.</summary>
    public void Deliver(string site, UpdateName update) =>
        Take(site, new(MonitorEventKind.Deliver, Number(update.Site), Narrow(update.Counter), []));

    /// <summary>The site, a session, read what <paramref name="update"/> had written; <c>null</c>: the key was absent.</summary>
    public void Read(string site, string key, UpdateName? update) =>
        Take(site, new(MonitorEventKind.Read, update is { } named ? Number(named.Site) : -1, update is { } name ? Narrow(name.Counter) : 0, [key]));

    /// <summary>Lets waiting events go on without what they wait for, and looks for cycles now.</summary>
    public void Flush()
    {
        while (_waiting > 0)
        {
            ForceOldest();
        }

        CheckConflicts(_window);
    }

    // A counter or site over the bounds is -1; such events are counted as not checked.
    private static int Narrow(long counter) => counter is >= 1 and <= int.MaxValue ? (int)counter : -1;

    private int Number(string site)
    {
        ArgumentNullException.ThrowIfNull(site);
        if (_numbers.TryGetValue(site, out var number))
        {
            return number;
        }

        if (_sites.Count == _options.SitesMax)
        {
            return -1;
        }

        _numbers.Add(site, _sites.Count);
        _sites.Add(new MonitorSite(site));
        return _sites.Count - 1;
    }

    private void Take(string site, MonitorEvent what)
    {
        var number = Number(site);
        var namesUpdate = what.Kind is MonitorEventKind.Deliver || (what.Kind == MonitorEventKind.Read && what.Counter != 0);
        if (number < 0 || what.Counter < 0 || (namesUpdate && what.Origin < 0))
        {
            _notChecked++;
            return;
        }

        what.Number = ++_events;
        _sites[number].Events.Enqueue(what);
        _waiting++;
        Drain(number);
        while (_waiting > _options.WaitingMax)
        {
            ForceOldest();
        }
    }

    private void Drain(int first)
    {
        // A site that moved may have written what others wait for.
        if (!DrainSite(first))
        {
            return;
        }

        for (var moved = true; moved;)
        {
            moved = false;
            for (var site = 0; site < _sites.Count; site++)
            {
                moved |= _sites[site].Events.Count != 0 && DrainSite(site);
            }
        }
    }

    private bool DrainSite(int site)
    {
        var events = _sites[site].Events;
        var moved = false;
        while (events.TryPeek(out var what) && IsReady(what))
        {
            Next(site);
            moved = true;
        }

        return moved;
    }

    private bool IsReady(MonitorEvent what) =>
        what.Origin < 0 || _sites[what.Origin].Written >= what.Counter || _sites[what.Origin].HasGap;

    private void ForceOldest()
    {
        var oldest = -1;
        for (var site = 0; site < _sites.Count; site++)
        {
            if (_sites[site].Events.TryPeek(out var what) && (oldest < 0 || what.Number < _sites[oldest].Events.Peek().Number))
            {
                oldest = site;
            }
        }

        Next(oldest);
        Drain(oldest);
        for (var site = 0; site < _sites.Count; site++)
        {
            Drain(site);
        }
    }

    private void Next(int number)
    {
        var site = _sites[number];
        var what = site.Events.Dequeue();
        _waiting--;
        switch (what.Kind)
        {
            case MonitorEventKind.Begin:
                site.Begin(what.Known!
                    .Select(entry => (Origin: Number(entry.Key), Counter: entry.Value == 0 ? 0 : Narrow(entry.Value)))
                    .Where(entry => entry.Origin >= 0 && entry.Counter >= 0));
                // What it wrote before will not be observed any more.
                site.Written = Math.Max(site.Written, site.Delivered(number) ?? 0);
                break;
            case MonitorEventKind.Lost:
                site.Forget();
                site.HasGap = true;
                break;
            case MonitorEventKind.Write:
                Write(number, what);
                break;
            case MonitorEventKind.Deliver:
                Deliver(number, what);
                break;
            default:
                Read(number, what);
                break;
        }

        Rotate();
    }

    private void Write(int number, MonitorEvent what)
    {
        var site = _sites[number];
        if (what.Counter <= site.Written)
        {
            _notChecked++;
            return;
        }

        (site.Written, site.HasGap) = (what.Counter, false);
        _window.Write(number, what.Counter, what.Keys, what.Deletes);
        _next?.Write(number, what.Counter, what.Keys, what.Deletes);
    }

    private void Deliver(int number, MonitorEvent what)
    {
        var site = _sites[number];
        var update = new UpdateName(_sites[what.Origin].Name, what.Counter);
        var isLate = site.TakeSkipped(what.Origin, what.Counter);
        var last = site.Delivered(what.Origin);
        var isCertain = last is not null;
        if (last >= what.Counter && !isLate)
        {
            Report(new(Pattern.DuplicateDelivery, site.Name, [update], $"{site.Name} delivered {update} twice."));
        }
        else if (last is { } previous && previous + 1 < what.Counter)
        {
            ReportMissing(site, update, new(update.Site, previous + 1));
        }

        var node = _window.NodeOf(what.Origin, what.Counter);
        isCertain &= node >= 0;
        var clock = node < 0 ? [] : _window.Core.ClockOf(node);
        for (var origin = 0; origin < clock.Length; origin++)
        {
            if (origin == what.Origin || origin == number || clock[origin] == 0)
            {
                continue;
            }

            var delivered = site.Delivered(origin);
            isCertain &= delivered is not null;
            if (delivered is { } known && known < clock[origin])
            {
                ReportMissing(site, update, new(_sites[origin].Name, known + 1));
            }
        }

        site.Deliver(what.Origin, what.Counter);
        Count(isCertain);
        See(number, what);
    }

    private void Read(int number, MonitorEvent what)
    {
        var node = what.Counter == 0 ? OperationGraph.Initial : _window.NodeOf(what.Origin, what.Counter);
        var before = _window.Core.StaleReads.Count;
        var isCertain = (what.Counter == 0 || node >= 0) && _window.Read(number, what.Keys[0], node);
        Count(isCertain);
        if (_window.Core.StaleReads.Count > before)
        {
            ReportStale(number, what, _window.Core.StaleReads[^1]);
        }

        if (_next is not null)
        {
            var inNext = what.Counter == 0 ? OperationGraph.Initial : _next.NodeOf(what.Origin, what.Counter);
            if (what.Counter == 0 || inNext >= 0)
            {
                _next.Read(number, what.Keys[0], inNext);
            }

            CopyClock(number);
        }
    }

    private void See(int number, MonitorEvent what)
    {
        _window.See(number, _window.NodeOf(what.Origin, what.Counter));
        if (_next is not null)
        {
            _next.See(number, _next.NodeOf(what.Origin, what.Counter));
            CopyClock(number);
        }
    }

    /// <summary>The younger window does not see updates before it; the older one's clock of the site covers them.</summary>
    private void CopyClock(int site)
    {
        var clock = _window.Core.ClockOfChain(site, out var own);
        _next!.Core.Begin(site, clock, own);
    }

    private void Rotate()
    {
        if (_window.Graph.Count >= _options.Window)
        {
            CheckConflicts(_window);
            (_window, _next) = (_next!, null);
        }

        if (_next is null && _window.Graph.Count >= _options.Window / 2)
        {
            _next = new MonitorWindow();
            for (var site = 0; site < _sites.Count; site++)
            {
                CopyClock(site);
            }
        }
    }

    private void CheckConflicts(MonitorWindow window)
    {
        if (window.Core.Conflicts.Count == 0)
        {
            return;
        }

        var cycle = TopologicalOrder.Of(window.Graph, new ExtraEdges(window.Graph.Count, window.Core.Conflicts.Keys)).Cycle;
        if (cycle.Count == 0)
        {
            return;
        }

        var updates = cycle.SelectMany(edge => (int[])[edge.From, edge.To]).Where(window.IsUpdate).Distinct()
            .Select(node => Name(window, node)).OrderBy(update => update.Site, StringComparer.Ordinal).ThenBy(update => update.Counter).ToArray();
        // The overlap of two windows must not count a cycle twice.
        var name = string.Join(", ", updates);
        if (_reportedCycles.Count >= _options.FindingsMax)
        {
            _reportedCycles.Clear();
        }

        if (_reportedCycles.Add(name))
        {
            Report(new(Pattern.CyclicCF, null, updates, $"No order of concurrent writes explains the reads of {name}."));
        }
    }

    private UpdateName Name(MonitorWindow window, int node) => new(_sites[window.Graph.Chain(node)].Name, window.Graph.Ordinal(node));

    private void ReportStale(int number, MonitorEvent what, StaleRead stale)
    {
        var (site, key, newer) = (_sites[number].Name, what.Keys[0], Name(_window, stale.Newer));
        Report(stale.Source < 0
            ? new(Pattern.WriteCOInitRead, site, [newer], $"{site} found nothing under {key}, although {newer} is in its causal past.")
            : new(
                Pattern.WriteCORead,
                site,
                [Name(_window, stale.Source), newer],
                $"{site} read {key} as {Name(_window, stale.Source)} had written it, although {newer} overwrote that and is in its causal past."));
    }

    private void ReportMissing(MonitorSite site, UpdateName update, UpdateName missing) => Report(new(
        Pattern.OutOfOrderDelivery, site.Name, [missing, update], $"{site.Name} delivered {update} before {missing}, which is in its causal past."));

    private void Report(MonitorFinding finding)
    {
        _violations++;
        _findings.Enqueue(finding);
        if (_findings.Count > _options.FindingsMax)
        {
            _findings.Dequeue();
        }
    }

    private void Count(bool isCertain)
    {
        if (isCertain)
        {
            _checked++;
        }
        else
        {
            _notChecked++;
        }
    }
}
