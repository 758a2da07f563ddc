using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Checker.Checks;

/// <summary>
/// WriteHBInitRead and CyclicHB. For each session, happened-before is the least order that contains the causal past of the session's
/// last operation and puts every write of a key that is before one of the session's reads of the key before the write which that
/// read returned. It is computed by rounds over vector clocks until nothing changes. (The order for an earlier operation of the
/// session is contained in it, so the last one suffices.)
/// </summary>
internal sealed class CausalMemory
{
    private const int RoundsMax = 200;

    private readonly History _history;
    private readonly OperationGraph _graph;
    private readonly Report _report;
    private readonly int[] _window;
    private readonly int _chains;
    private readonly Dictionary<int, int> _rowOf;
    private readonly int[] _rows;
    private readonly bool[] _inPast;
    private readonly Dictionary<long, List<int>> _writes = [];
    private readonly Dictionary<int, List<int>> _writersOfKey = [];

    private CausalMemory(History history, int[] window, Report report)
    {
        (_history, _graph, _report, _window) = (history, history.Graph, report, window);
        _chains = _graph.ChainCount;
        _rowOf = new(window.Length);
        _rows = new int[checked(window.Length * _chains)];
        _inPast = new bool[_graph.Count];
        for (var i = 0; i < window.Length; i++)
        {
            _rowOf.Add(window[i], i);
            foreach (var key in _graph.IsWrite(window[i]) ? _graph.Keys(window[i]) : [])
            {
                var group = Group(key, _graph.Chain(window[i]));
                if (!_writes.TryGetValue(group, out var writes))
                {
                    _writes.Add(group, writes = []);
                    if (!_writersOfKey.TryGetValue(key, out var writers))
                    {
                        _writersOfKey.Add(key, writers = []);
                    }

                    writers.Add(_graph.Chain(window[i]));
                }

                writes.Add(window[i]);
            }
        }
    }

    /// <param name="order">The nodes in causal order.</param>
    public static Verdict Check(History history, int[] order, int window, Report report)
    {
        // Rows of clocks are numbered by int.
        var length = (int)Math.Min(window, Math.Max(2, 500_000_000L / Math.Max(1, history.Graph.ChainCount)));
        var isWhole = order.Length <= length;
        var isComplete = true;
        for (var start = 0; ; start += length / 2)
        {
            var end = Math.Min(order.Length, start + length);
            isComplete &= new CausalMemory(history, order[start..end], report).Run();
            if (report.Has(Pattern.WriteHBInitRead, Pattern.CyclicHB))
            {
                return Verdict.Violated;
            }

            if (end == order.Length)
            {
                break;
            }
        }

        if (!isWhole)
        {
            report.NotChecked.Add($"Causal memory (CM) as a whole: nothing was found within windows of {length:N0} operations, but a violation may span more.");
        }

        if (!isComplete)
        {
            report.NotChecked.Add($"Causal memory (CM) to its end: happened-before of a session still grew after {RoundsMax} rounds.");
        }

        return isWhole && isComplete ? Verdict.Holds : Verdict.NotChecked;
    }

    private static long Group(int key, int chain) => ((long)key << 32) | (uint)chain;

    private bool Run()
    {
        var lastOfChain = new Dictionary<int, int>();
        foreach (var node in _window)
        {
            lastOfChain[_graph.Chain(node)] = node;
        }

        var isComplete = true;
        foreach (var (chain, last) in lastOfChain.OrderBy(entry => entry.Key))
        {
            isComplete &= RunSession(chain, last);
            if (_report.Has(Pattern.WriteHBInitRead, Pattern.CyclicHB))
            {
                break;
            }
        }

        return isComplete;
    }

    private bool RunSession(int session, int last)
    {
        MarkPast(last);
        var reads = _window.Where(node => _graph.Chain(node) == session && !_graph.IsWrite(node)).ToArray();
        var reasons = new Dictionary<(int From, int To), int>();
        for (var round = 0; round < RoundsMax; round++)
        {
            var order = TopologicalOrder.Of(_graph, new ExtraEdges(_graph.Count, reasons.Keys), _inPast);
            if (order.Cycle.Count != 0)
            {
                Cycles.Report(Pattern.CyclicHB, _history, order.Cycle, reasons, _report);
                return true;
            }

            ComputeRows(order.Order, reasons.Keys);
            var before = reasons.Count;
            foreach (var read in reads)
            {
                if (Extend(read, reasons))
                {
                    return true;
                }
            }

            if (reasons.Count == before)
            {
                return true;
            }
        }

        return false;
    }

    private void MarkPast(int last)
    {
        foreach (var node in _window)
        {
            _inPast[node] = false;
        }

        // Backwards through the window: whatever a marked node directly follows is marked before its own turn comes.
        var markedChains = new bool[_chains];
        _inPast[last] = true;
        for (var i = _window.Length - 1; i >= 0; i--)
        {
            var node = _window[i];
            if (!_inPast[node] && !markedChains[_graph.Chain(node)])
            {
                continue;
            }

            _inPast[node] = true;
            markedChains[_graph.Chain(node)] = true;
            Mark(_graph.HangsFrom(node));
            for (var access = _graph.FirstAccess(node); !_graph.IsWrite(node) && access < _graph.EndAccess(node); access++)
            {
                Mark(_graph.Source(access));
            }
        }

        void Mark(int cause)
        {
            if (cause >= 0 && _rowOf.ContainsKey(cause))
            {
                _inPast[cause] = true;
            }
        }
    }

    private void ComputeRows(int[] order, IReadOnlyCollection<(int From, int To)> extra)
    {
        var causes = extra.ToLookup(edge => edge.To, edge => edge.From);
        var lastOfChain = new int[_chains];
        Array.Fill(lastOfChain, -1);
        foreach (var node in order)
        {
            var row = Row(node);
            row.Clear();
            var chain = _graph.Chain(node);
            Join(row, lastOfChain[chain]);
            Join(row, _graph.HangsFrom(node));
            for (var access = _graph.FirstAccess(node); !_graph.IsWrite(node) && access < _graph.EndAccess(node); access++)
            {
                Join(row, _graph.Source(access));
            }

            foreach (var cause in causes[node])
            {
                Join(row, cause);
            }

            if (_graph.IsWrite(node))
            {
                row[chain] = _graph.Ordinal(node);
            }

            lastOfChain[chain] = node;
        }
    }

    private Span<int> Row(int node) => _rows.AsSpan(_rowOf[node] * _chains, _chains);

    private void Join(Span<int> row, int cause)
    {
        if (cause < 0 || !_rowOf.ContainsKey(cause))
        {
            return;
        }

        var other = Row(cause);
        for (var chain = 0; chain < row.Length; chain++)
        {
            row[chain] = Math.Max(row[chain], other[chain]);
        }
    }

    /// <summary>Adds what one read forces. Answers true if it ends the search.</summary>
    private bool Extend(int read, Dictionary<(int From, int To), int> reasons)
    {
        for (var access = _graph.FirstAccess(read); access < _graph.EndAccess(read); access++)
        {
            var source = _graph.Source(access);
            if (source < OperationGraph.Initial || (source >= 0 && !_rowOf.ContainsKey(source))
                || !_writersOfKey.TryGetValue(_graph.Key(access), out var writers))
            {
                continue;
            }

            foreach (var chain in writers)
            {
                var earlier = LatestBefore(read, _graph.Key(access), chain, source);
                if (earlier < 0)
                {
                    continue;
                }

                if (source == OperationGraph.Initial)
                {
                    var place = access - _graph.FirstAccess(read);
                    _report.Add(
                        Pattern.WriteHBInitRead,
                        () => $"{_history[read]} found nothing under {_history[read].Accesses[place].Key}, although what its session reads orders {_history[earlier]} before it.",
                        (earlier, earlier),
                        (read, read));
                    return true;
                }

                if (Row(source)[chain] < _graph.Ordinal(earlier))
                {
                    reasons.TryAdd((earlier, source), read);
                }
            }
        }

        return false;
    }

    /// <summary>The latest write of the key by the chain that happened before the read and is not its source; -1 if none.</summary>
    private int LatestBefore(int read, int key, int chain, int source)
    {
        var writes = _writes[Group(key, chain)];
        var bound = Row(read)[chain];
        int low = 0, high = writes.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_graph.Ordinal(writes[middle]) <= bound)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        if (low > 0 && writes[low - 1] == source)
        {
            low--;
        }

        return low == 0 ? -1 : writes[low - 1];
    }
}
