using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Checker.Checks;

/// <summary>
/// Says which of the four guarantees of Terry et al., "Session Guarantees for Weakly Consistent Replicated Data" (PDIS 1994) stale
/// reads break. "Older" means causally before, so each of them implies a stale read and only those are looked at.
/// </summary>
internal static class SessionGuarantees
{
    // Bounds the scans of keys with very many reads, in a history that is broken everywhere.
    private const long StepsMax = 200_000_000;

    public static void Check(History history, CausalCore core, Report report)
    {
        if (core.StaleReads.Count != 0)
        {
            new Classification(history, core, report).Run();
        }
    }

    private sealed class Classification
    {
        private readonly History _history;
        private readonly OperationGraph _graph;
        private readonly CausalCore _core;
        private readonly Report _report;
        private readonly Dictionary<int, List<(int Node, int Source)>> _readsOfKey = [];

        // Of each chain: what lies before the latest of its writes that the session has read, as a count of writes and as a node bound.
        private readonly int[] _writesBefore;
        private readonly int[] _nodesBefore;
        private readonly int[] _readBy;
        private long _steps;

        public Classification(History history, CausalCore core, Report report)
        {
            (_history, _graph, _core, _report) = (history, history.Graph, core, report);
            _writesBefore = new int[_graph.ChainCount];
            _nodesBefore = new int[_graph.ChainCount];
            _readBy = new int[_graph.ChainCount];
            foreach (var stale in core.StaleReads)
            {
                _readsOfKey.TryAdd(_graph.Key(stale.Access), []);
            }

            for (var node = 0; node < _graph.Count; node++)
            {
                for (var access = _graph.FirstAccess(node); !_graph.IsWrite(node) && access < _graph.EndAccess(node); access++)
                {
                    if (_graph.Source(access) >= 0 && _readsOfKey.TryGetValue(_graph.Key(access), out var reads))
                    {
                        reads.Add((node, _graph.Source(access)));
                    }
                }
            }
        }

        public void Run()
        {
            var nodesOfChain = new Dictionary<int, List<int>>();
            var staleOfNode = _core.StaleReads.ToLookup(stale => stale.Read);
            foreach (var stale in _core.StaleReads)
            {
                nodesOfChain.TryAdd(_graph.Chain(stale.Read), []);
            }

            for (var node = 0; node < _graph.Count; node++)
            {
                if (nodesOfChain.TryGetValue(_graph.Chain(node), out var nodes))
                {
                    nodes.Add(node);
                }
            }

            foreach (var nodes in nodesOfChain.Values)
            {
                Array.Clear(_writesBefore);
                Array.Clear(_nodesBefore);
                Array.Fill(_readBy, -1);
                foreach (var node in nodes)
                {
                    NoteSources(node);
                    foreach (var stale in staleOfNode[node])
                    {
                        if (_steps > StepsMax)
                        {
                            _report.NotChecked.Add("Session guarantees in full: there are too many stale reads to classify all of them.");
                            return;
                        }

                        Classify(stale);
                    }
                }
            }
        }

        private void NoteSources(int node)
        {
            for (var access = _graph.FirstAccess(node); !_graph.IsWrite(node) && access < _graph.EndAccess(node); access++)
            {
                if (_graph.Source(access) is var write and >= 0)
                {
                    var before = _graph.HangsFrom(write);
                    if (before >= 0)
                    {
                        Note(_graph.Chain(before), _graph.Ordinal(before), before + 1, write);
                    }
                    else
                    {
                        Note(_graph.Chain(write), _graph.Ordinal(write) - 1, write, write);
                    }
                }
            }
        }

        private void Note(int chain, int writes, int nodes, int write)
        {
            if (nodes > _nodesBefore[chain])
            {
                (_writesBefore[chain], _nodesBefore[chain], _readBy[chain]) = (writes, nodes, write);
            }
        }

        private void Classify(StaleRead stale)
        {
            var key = _graph.Key(stale.Access);
            var own = _graph.Chain(stale.Read);
            foreach (var group in _core.GroupsOf(key))
            {
                _steps++;
                var chain = _core.ChainOfGroup(group);
                var latest = _core.Latest(group, chain == own ? _graph.Ordinal(stale.Read) : _writesBefore[chain]);
                if (latest < 0 || !IsOlder(stale.Source, latest))
                {
                    continue;
                }

                if (chain == own)
                {
                    Report(Pattern.ReadYourWrites, stale, latest, -1, $"the session itself had made the later write: {_history[latest]}");
                }
                else
                {
                    var by = _readBy[chain];
                    Report(Pattern.MonotonicWrites, stale, latest, by, $"the session had seen {_history[by]}, which its writer did after {_history[latest]}");
                }
            }

            if (!_report.IsFull(Pattern.MonotonicReads) || !_report.IsFull(Pattern.WritesFollowReads))
            {
                ClassifyByReads(stale, _readsOfKey[key], own);
            }
        }

        private void ClassifyByReads(StaleRead stale, List<(int Node, int Source)> reads, int own)
        {
            bool monotonic = false, follows = false;
            foreach (var (node, source) in reads)
            {
                _steps++;
                var chain = _graph.Chain(node);
                if (chain == own)
                {
                    if (node >= stale.Read || monotonic || !IsOlder(stale.Source, source))
                    {
                        continue;
                    }

                    monotonic = true;
                    Report(Pattern.MonotonicReads, stale, source, node, $"the session had read something later before: {_history[node]}");
                }
                else if (node < _nodesBefore[chain] && !follows && IsOlder(stale.Source, source))
                {
                    follows = true;
                    var by = _readBy[chain];
                    Report(
                        Pattern.WritesFollowReads, stale, source, by, $"the session had seen {_history[by]}, which its writer did after {_history[node]}", node);
                }
            }
        }

        private bool IsOlder(int source, int write) => source < 0 || (source != write && _core.IsBefore(source, write));

        private void Report(Pattern pattern, StaleRead stale, int newer, int by, string reason, int alsoBy = -1)
        {
            if (!_report.IsFull(pattern))
            {
                _report.Add(pattern, () => $"{_history[stale.Read]} is too old: {reason}.", (stale.Source, newer), (newer, alsoBy < 0 ? newer : alsoBy), (by < 0 ? newer : by, stale.Read));
            }
        }
    }
}
