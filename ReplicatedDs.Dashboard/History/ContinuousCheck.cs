using System.Globalization;
using ReplicatedDs.Checker.Online;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;

namespace ReplicatedDs.Dashboard.History;

/// <summary>
/// Hands what the collector sees to the checker while it happens: every replica's own writes, and every update that it made visible. What
/// precedes what, the checker works out from that alone; it shares no code with the store. All members may be called from any thread.
/// </summary>
internal sealed class ContinuousCheck
{
    /// <summary>Events that are looked at together: a bound on memory.</summary>
    public const int Window = 20_000;

    private const int WaitingMax = 5_000;
    private const int FindingsMax = 20;

    private readonly Lock _lock = new();
    private readonly CausalMonitor _monitor = new(new MonitorOptions { Window = Window, WaitingMax = WaitingMax, FindingsMax = FindingsMax });
    private readonly HashSet<int> _sites = [];
    private readonly HashSet<int> _thinned = [];

    public (MonitorStatus Status, IReadOnlyList<MonitorFinding> Findings) Picture
    {
        get
        {
            lock (_lock)
            {
                return (_monitor.Status, [.. _monitor.Findings]);
            }
        }
    }

    /// <summary>The replicas tell so little that nothing can be checked at present.</summary>
    public bool IsPaused
    {
        get
        {
            lock (_lock)
            {
                return _thinned.Count > 0;
            }
        }
    }

    public void Add(EventView one)
    {
        if (one.Replica <= 0)
        {
            return;
        }

        lock (_lock)
        {
            _sites.Add(one.Replica);
            if (one.Kind is ReplicaFollower.Thinned or ReplicaFollower.Whole)
            {
                // What is not told could be the cause of what is: nothing is concluded until all is told again, and nothing from before.
                _ = one.Kind == ReplicaFollower.Thinned ? _thinned.Add(one.Replica) : _thinned.Remove(one.Replica);
                Lost();
            }

            if (_thinned.Count > 0)
            {
                return;
            }

            switch (one.Kind)
            {
                case "Write" when Name(one.Dot) is { } own:
                    _monitor.Write(own.Site, own.Counter, one.Keys);
                    break;
                case "Apply" when Name(one.Dot) is { } update:
                    _monitor.Deliver(Site(one.Replica), update);
                    break;
                case "Gap" or "Restart":
                    // A snapshot that is taken over comes as a restart too: what was in it was not seen one by one.
                    _monitor.Lost(Site(one.Replica));
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Events of any replica were overwritten before they could be read, perhaps that it tells less.</summary>
    /// <param name="thinned">The replicas that do so now.</param>
    public void Lost(IEnumerable<int> thinned)
    {
        lock (_lock)
        {
            _thinned.Clear();
            _thinned.UnionWith(thinned);
            Lost();
        }
    }

    private void Lost()
    {
        lock (_lock)
        {
            foreach (var site in _sites)
            {
                _monitor.Lost(Site(site));
            }
        }
    }

    private static string Site(int replica) => string.Create(CultureInfo.InvariantCulture, $"r{replica}");

    private static UpdateName? Name(string? dot) =>
        ReplicatedDs.Causality.Clocks.Dot.TryParse(dot, out var parsed) ? new UpdateName(Site(parsed.Replica.Value), parsed.Counter) : null;
}
