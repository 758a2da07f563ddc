using ReplicatedDs.Checker.Checks;
using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Checker.Tests;

/// <summary>
/// The definitions, written down as relations over all pairs of operations and closed by Warshall's algorithm: O(n³) and worse. Shares
/// only the public description of a history with the checker.
/// </summary>
internal sealed class Reference
{
    private const int Initial = -1, ThinAir = -2, Unattributed = -3;

    private readonly History _history;
    private readonly int _count;
    private readonly bool[] _takesPart;
    private readonly bool[] _isSure;
    private readonly bool[,] _session;
    private readonly List<(int Read, string Key, int Source)> _reads = [];
    private readonly HashSet<Pattern> _found = [];
    private readonly Dictionary<(string Key, string? Value, string? Tombstone), int> _writers = [];

    private Reference(History history)
    {
        _history = history;
        _count = history.Operations.Count;
        _takesPart = new bool[_count];
        _isSure = new bool[_count];
        _session = new bool[_count, _count];
    }

    /// <summary>
    /// The patterns of the history by the checker's conventions: with a cyclic causal order only what does not build on it; CyclicCF
    /// and causal memory only if causal consistency holds.
    /// </summary>
    public static HashSet<Pattern> Of(History history) => new Reference(history).Run();

    private Operation this[int i] => _history.Operations[i];

    private bool Writes(int w, string key) => _takesPart[w] && this[w].Kind == OperationKind.Write && this[w].Accesses.Any(access => access.Key == key);

    private IEnumerable<int> WritersOf(string key) => Enumerable.Range(0, _count).Where(w => Writes(w, key));

    private HashSet<Pattern> Run()
    {
        Relate();
        var co = new bool[_count, _count];
        foreach (var (i, j) in Pairs(_session))
        {
            co[i, j] = true;
        }

        foreach (var (read, _, source) in _reads.Where(read => read.Source >= 0))
        {
            co[source, read] = true;
        }

        Close(co);
        CheckSingle();
        if (IsCyclic(co))
        {
            _found.Add(Pattern.CyclicCO);
            return _found;
        }

        CheckStale(co);
        CheckTransactions(co);
        CheckSessions(co);
        CheckLost(co);
        if (!_found.Contains(Pattern.WriteCOInitRead) && !_found.Contains(Pattern.WriteCORead))
        {
            CheckConflicts(co);
            if (!_found.Contains(Pattern.ThinAirRead))
            {
                CheckMemory(co);
            }
        }

        return _found;
    }

    private void Relate()
    {
        for (var i = 0; i < _count; i++)
        {
            if (this[i].Kind == OperationKind.Write)
            {
                foreach (var access in this[i].Accesses)
                {
                    _writers.Add((access.Key, access.Value, access.Tombstone), i);
                }
            }
        }

        var read = new HashSet<int>();
        for (var i = 0; i < _count; i++)
        {
            foreach (var access in this[i].Kind == OperationKind.Read ? this[i].Accesses : [])
            {
                var isNothing = access.Value is null && access.Tombstone is null;
                var isDeleted = _writers.Keys.Any(written => written.Key == access.Key && written.Value is null);
                var source = isNothing
                    ? (isDeleted ? Unattributed : Initial)
                    : _writers.GetValueOrDefault((access.Key, access.Value, access.Tombstone), ThinAir);
                _reads.Add((i, access.Key, source));
                read.Add(source);
            }
        }

        for (var i = 0; i < _count; i++)
        {
            _isSure[i] = this[i].Outcome == Outcome.Acknowledged || read.Contains(i);
            _takesPart[i] = _isSure[i] || this[i].Accesses.Any(access => access.Value is null && _reads.Any(other => other.Key == access.Key && other.Source == Unattributed));
        }

        for (var i = 0; i < _count; i++)
        {
            for (var j = i + 1; j < _count; j++)
            {
                _session[i, j] = _takesPart[i] && _takesPart[j] && this[i].Session == this[j].Session && this[i].Outcome == Outcome.Acknowledged;
            }
        }
    }

    private void CheckSingle()
    {
        if (_reads.Any(read => read.Source == ThinAir))
        {
            _found.Add(Pattern.ThinAirRead);
        }

        for (var i = 0; i < _count; i++)
        {
            if (this[i].Kind == OperationKind.Read && this[i].Accesses.Distinct().GroupBy(access => access.Key).Any(group => group.Count() > 1))
            {
                _found.Add(Pattern.NonRepeatableRead);
            }
        }

        var finals = Enumerable.Range(0, _count).Where(i => this[i].IsFinal).SelectMany(i => this[i].Accesses);
        if (finals.GroupBy(access => access.Key).Any(group => group.Select(access => access.Value).Distinct().Count() > 1))
        {
            _found.Add(Pattern.Divergence);
        }
    }

    private void CheckStale(bool[,] co)
    {
        foreach (var (read, key, source) in _reads)
        {
            if (source == Initial && WritersOf(key).Any(w => co[w, read]))
            {
                _found.Add(Pattern.WriteCOInitRead);
            }
            else if (source >= 0 && WritersOf(key).Any(w => co[source, w] && co[w, read]))
            {
                _found.Add(Pattern.WriteCORead);
            }
            else if (source == Unattributed)
            {
                var initial = !WritersOf(key).Any(w => co[w, read]);
                var deletes = WritersOf(key).Where(d => this[d].Accesses.Any(access => access.Key == key && access.Value is null));
                if (!initial && !deletes.Any(d => !co[read, d] && !WritersOf(key).Any(w => co[d, w] && co[w, read])))
                {
                    _found.Add(Pattern.WriteCOInitRead);
                }
            }
        }
    }

    private static bool Older(bool[,] co, int source, int write) => source == Initial || (source >= 0 && co[source, write]);

    private void CheckTransactions(bool[,] co)
    {
        foreach (var (read, _, transaction) in _reads.Where(read => read.Source >= 0 && this[read.Source].Accesses.Length > 1))
        {
            if (_reads.Any(other => other.Read == read && Writes(transaction, other.Key) && Older(co, other.Source, transaction)))
            {
                _found.Add(Pattern.FracturedRead);
            }
        }
    }

    private void CheckSessions(bool[,] co)
    {
        foreach (var (read, key, source) in _reads)
        {
            if (WritersOf(key).Any(w => _session[w, read] && Older(co, source, w)))
            {
                _found.Add(Pattern.ReadYourWrites);
            }

            if (_reads.Any(earlier => earlier.Key == key && _session[earlier.Read, read] && earlier.Source >= 0 && Older(co, source, earlier.Source)))
            {
                _found.Add(Pattern.MonotonicReads);
            }

            foreach (var (_, _, seen) in _reads.Where(other =>
                         other.Source >= 0 && (other.Read == read || _session[other.Read, read]) && this[other.Source].Session != this[read].Session))
            {
                if (WritersOf(key).Any(w => _session[w, seen] && Older(co, source, w)))
                {
                    _found.Add(Pattern.MonotonicWrites);
                }

                if (_reads.Any(by => by.Key == key && by.Source >= 0 && _session[by.Read, seen] && Older(co, source, by.Source)))
                {
                    _found.Add(Pattern.WritesFollowReads);
                }
            }
        }
    }

    private void CheckLost(bool[,] co)
    {
        foreach (var (_, key, source) in _reads.Where(read => this[read.Read].IsFinal))
        {
            var candidates = source == Unattributed
                ? WritersOf(key).Where(d => this[d].Accesses.Any(access => access.Key == key && access.Value is null)).ToList()
                : [source];
            if (candidates.Count != 0 && source != ThinAir && candidates.All(candidate => WritersOf(key).Any(w => _isSure[w] && Older(co, candidate, w))))
            {
                _found.Add(Pattern.LostWrite);
            }
        }
    }

    private void CheckConflicts(bool[,] co)
    {
        var order = (bool[,])co.Clone();
        foreach (var (read, key, source) in _reads.Where(read => read.Source >= 0))
        {
            foreach (var w in WritersOf(key).Where(w => w != source && co[w, read]))
            {
                order[w, source] = true;
            }
        }

        Close(order);
        if (IsCyclic(order))
        {
            _found.Add(Pattern.CyclicCF);
        }
    }

    /// <summary>Happened-before of every operation, not only of the last ones. The checker stops at the first session with a finding.</summary>
    private void CheckMemory(bool[,] co)
    {
        for (var last = 0; last < _count; last++)
        {
            var hb = (bool[,])co.Clone();
            for (var i = 0; i < _count; i++)
            {
                for (var j = 0; j < _count; j++)
                {
                    hb[i, j] &= (i == last || co[i, last]) && (j == last || co[j, last]);
                }
            }

            var own = _reads.Where(read => read.Read == last || _session[read.Read, last]).ToList();
            for (var changed = true; changed;)
            {
                changed = false;
                foreach (var (read, key, source) in own.Where(read => read.Source >= 0))
                {
                    foreach (var w in WritersOf(key).Where(w => w != source && hb[w, read] && !hb[w, source]))
                    {
                        hb[w, source] = changed = true;
                    }
                }

                Close(hb);
            }

            if (IsCyclic(hb))
            {
                _found.Add(Pattern.CyclicHB);
            }

            if (own.Any(read => read.Source == Initial && WritersOf(read.Key).Any(w => hb[w, read.Read])))
            {
                _found.Add(Pattern.WriteHBInitRead);
            }
        }
    }

    private IEnumerable<(int I, int J)> Pairs(bool[,] relation) =>
        from i in Enumerable.Range(0, _count) from j in Enumerable.Range(0, _count) where relation[i, j] select (i, j);

    private bool IsCyclic(bool[,] relation) => Enumerable.Range(0, _count).Any(i => relation[i, i]);

    private void Close(bool[,] relation)
    {
        for (var k = 0; k < _count; k++)
        {
            for (var i = 0; i < _count; i++)
            {
                for (var j = 0; relation[i, k] && j < _count; j++)
                {
                    relation[i, j] |= relation[k, j];
                }
            }
        }
    }
}
