using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Dashboard.Causality;

/// <summary>
/// Turns the cluster's events into rows of the space-time diagram. It follows each replica's delivered clock, so that every row has
/// one, and each replica's buffer, so that an Apply can say what it had waited for. Fed by one caller at a time.
/// </summary>
/// <remarks>
/// The collector's order is that of each replica, but not across replicas: an Apply may come before its Write. A clock therefore takes
/// in a write's dependencies only when they are known; what is not known yields the weaker claim.
/// </remarks>
internal sealed class DiagramProjector(int writesMax = DiagramLog.Capacity)
{
    /// <summary>The most missing dots that one row lists.</summary>
    public const int MissingMax = 16;

    private const int KeysMax = 8;
    private const int WaitingMax = 10_000;

    private readonly Dictionary<int, Lifeline> _lifelines = [];
    private readonly Dictionary<Dot, VectorClock> _writes = [];
    private readonly Queue<Dot> _order = [];
    private long _n;

    /// <summary>The row of an event; <c>null</c> if the diagram does not draw it.</summary>
    public DiagramRow? Project(EventView item)
    {
        if (!IsDrawn(item))
        {
            return null;
        }

        var line = Find(item.Replica);
        line.T = Math.Max(item.T, line.T + 1);
        var row = new DiagramRow(++_n, line.T, item.Replica, item.Kind)
        {
            Event = item.N,
            Dot = item.Dot,
            Peer = item.Peer,
            Keys = item.Keys.Count == 0 ? null : item.Keys.Count <= KeysMax ? item.Keys : [.. item.Keys.Take(KeysMax)],
            TraceId = item.TraceId,
            Detail = item.Detail,
            Lost = item.Lost,
        };
        var before = line.Clock;
        row = Dot.TryParse(item.Dot, out var dot) ? Follow(line, row, item, dot) : Follow(line, row);
        var implied = item.Kind is "Write" or "Apply" ? before.With(dot) : before;
        return row with { State = line.Clock, IsClockNews = !implied.Equals(line.Clock), Share = item.Share ?? 0 };
    }

    /// <summary>Stands for events that were overwritten before they could be projected.</summary>
    public DiagramRow Gap(long t, long lost) => new(++_n, t, 0, "Gap") { Lost = lost, Detail = "the dashboard was too slow" };

    /// <summary>What happens to an update is drawn where it arrives and becomes visible; that it was sent, or that the stable vector moved, is not.</summary>
    private static bool IsDrawn(EventView item) => item.Replica > 0 && item.Kind is not ("Send" or "Arrive" or "Stable");

    private DiagramRow Follow(Lifeline line, DiagramRow row, EventView item, Dot dot)
    {
        switch (item.Kind)
        {
            case "Write":
                line.Clock = VectorClock.From(item.Deps.Select(entry => new Dot(int.Parse(entry.Key, CultureInfo.InvariantCulture), entry.Value))).Merge(line.Clock).With(dot);
                Remember(dot, line.Clock);
                return row;

            case "Apply":
                line.Clock = _writes.TryGetValue(dot, out var clock) ? line.Clock.Merge(clock) : line.Clock.With(dot);
                return Free(line, row, dot);

            case "Buffer":
                if (line.Waiting.Count < WaitingMax)
                {
                    line.Wait(dot, new Waiting(row.T, item.Missing, item.MissingCount is null));
                }

                return row with
                {
                    WouldBeVisible = item.WouldBeVisible,
                    Missing = item.Missing.Count <= MissingMax ? item.Missing : [.. item.Missing.Take(MissingMax)],
                    MissingCount = (int)(item.MissingCount ?? (item.Missing.Count <= MissingMax ? 0 : item.Missing.Count)),
                };

            case "Drop" when item.Peer is null:
                line.End(dot);
                return row;

            default:
                return row;
        }
    }

    private static DiagramRow Follow(Lifeline line, DiagramRow row)
    {
        if (row.Kind is "Kill" or "Stop" or "Restart")
        {
            line.Forget(); // The buffer is in memory only; what waited arrives again.
        }

        return row;
    }

    private static DiagramRow Free(Lifeline line, DiagramRow row, Dot dot)
    {
        line.Arrived(dot.ToString());
        return line.End(dot) is { } own ? row with { ArrivedAt = own.T, WaitedFor = own.Last } : row;
    }

    private void Remember(Dot dot, VectorClock clock)
    {
        if (_writes.TryAdd(dot, clock))
        {
            _order.Enqueue(dot);
        }

        while (_order.Count > writesMax)
        {
            _writes.Remove(_order.Dequeue());
        }
    }

    private Lifeline Find(int replica)
    {
        if (!_lifelines.TryGetValue(replica, out var line))
        {
            _lifelines[replica] = line = new Lifeline();
        }

        return line;
    }

    private sealed class Lifeline
    {
        public VectorClock Clock { get; set; } = VectorClock.Empty;

        public long T { get; set; }

        public Dictionary<Dot, Waiting> Waiting { get; } = [];

        // What waits, by what it misses: whatever becomes visible is looked up, since much may wait.
        private readonly Dictionary<string, HashSet<Waiting>> _missing = [];

        public void Wait(Dot dot, Waiting waiting)
        {
            End(dot);
            Waiting[dot] = waiting;
            foreach (var name in waiting.Missing)
            {
                if (!_missing.TryGetValue(name, out var all))
                {
                    _missing[name] = all = [];
                }

                all.Add(waiting);
            }
        }

        /// <summary>What may have been missing is there.</summary>
        public void Arrived(string name)
        {
            if (_missing.Remove(name, out var all))
            {
                foreach (var waiting in all)
                {
                    waiting.Last = waiting.IsComplete ? name : null;
                }
            }
        }

        /// <summary>It no longer waits.</summary>
        public Waiting? End(Dot dot)
        {
            if (!Waiting.Remove(dot, out var own))
            {
                return null;
            }

            foreach (var name in own.Missing)
            {
                if (_missing.TryGetValue(name, out var all) && all.Remove(own) && all.Count == 0)
                {
                    _missing.Remove(name);
                }
            }

            return own;
        }

        public void Forget()
        {
            Waiting.Clear();
            _missing.Clear();
        }
    }

    /// <param name="isComplete">All that it misses is named.</param>
    private sealed class Waiting(long t, IReadOnlyList<string> missing, bool isComplete)
    {
        public long T => t;

        public IReadOnlyList<string> Missing => missing;

        public bool IsComplete => isComplete;

        public string? Last { get; set; }
    }
}
