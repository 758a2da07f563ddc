using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using ReplicatedDs.Checker.Checks;

namespace ReplicatedDs.Checker.Histories;

/// <summary>
/// Collects operations into a <see cref="History"/>. Operations of one session are added in session order; sessions may be interleaved
/// in any way, a read may be added before the write it read from. Not safe for concurrent use.
/// </summary>
public sealed class HistoryBuilder
{
    private const int None = -1;

    private readonly record struct Written(int Key, string Value, bool IsTombstone);

    private readonly List<Operation> _operations = [];
    private readonly Dictionary<string, int> _sessions = [];
    private readonly List<int> _sessionLengths = [];
    private readonly Dictionary<string, int> _keys = [];
    private readonly Dictionary<Written, int> _values = [];
    private readonly IntColumn _writers = new();
    private readonly IntColumn _operationSessions = new();
    private readonly IntColumn _accessKeys = new();
    private readonly IntColumn _accessValues = new();
    private readonly HashSet<int> _deletedKeys = [];
    private readonly HashSet<string> _keysOfOne = [];
    private bool _built;

    public int Count => _operations.Count;

    /// <summary>Adds an acknowledged write of one key.</summary>
    public HistoryBuilder Write(string session, string key, string value, string? replica = null) =>
        Add(new Operation { Session = session, Kind = OperationKind.Write, Accesses = [new(key, value)], Replica = replica });

    /// <summary>Adds a read of one key; a <c>null</c> value is an absence.</summary>
    public HistoryBuilder Read(string session, string key, string? value, string? replica = null) =>
        Add(new Operation { Session = session, Kind = OperationKind.Read, Accesses = [new(key, value)], Replica = replica });

    /// <summary>Adds a delete, which is a write of the unique <paramref name="tombstone"/>.</summary>
    public HistoryBuilder Delete(string session, string key, string tombstone, string? replica = null) =>
        Add(new Operation { Session = session, Kind = OperationKind.Write, Accesses = [new(key, null, tombstone)], Replica = replica });

    /// <summary>Adds writes that become visible together.</summary>
    public HistoryBuilder Transaction(string session, params ImmutableArray<Access> writes) =>
        Add(new Operation { Session = session, Kind = OperationKind.Write, Accesses = writes });

    /// <summary>Adds reads of one causal cut.</summary>
    public HistoryBuilder Snapshot(string session, params ImmutableArray<Access> reads) =>
        Add(new Operation { Session = session, Kind = OperationKind.Read, Accesses = reads });

    /// <summary>Adds a read after everything came to rest.</summary>
    public HistoryBuilder FinalRead(string session, string key, string? value, string? replica = null) =>
        Add(new Operation { Session = session, Kind = OperationKind.Read, Accesses = [new(key, value)], IsFinal = true, Replica = replica });

    /// <exception cref="ArgumentException">The operation does not fit; the message says why.</exception>
    public HistoryBuilder Add(Operation operation) =>
        TryAdd(operation, out var problem) ? this : throw new ArgumentException(problem, nameof(operation));

    /// <summary>Adds an operation, or leaves the history as it was and says in a sentence why it does not fit.</summary>
    public bool TryAdd(Operation operation, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(operation);
        problem = _built ? "The history is already built." : Problem(operation);
        if (problem is not null)
        {
            return false;
        }

        var node = _operations.Count;
        if (!_sessions.TryGetValue(operation.Session, out var session))
        {
            session = _sessions.Count;
            _sessions.Add(operation.Session, session);
            _sessionLengths.Add(0);
        }

        operation.Position = ++_sessionLengths[session];
        _operations.Add(operation);
        _operationSessions.Add(session);
        foreach (var access in operation.Accesses)
        {
            var key = KeyNumber(access.Key);
            var value = ValueNumber(key, access);
            _accessKeys.Add(key);
            _accessValues.Add(value);
            if (operation.Kind == OperationKind.Write)
            {
                _writers[value] = node;
                if (access.Value is null)
                {
                    _deletedKeys.Add(key);
                }
            }
        }

        return true;
    }

    /// <summary>Ends the collection; the builder takes nothing more.</summary>
    public History Build()
    {
        _built = true;
        var operations = _operations.ToArray();
        var wasRead = new bool[_writers.Count];
        var mayBeDeleted = new HashSet<int>();
        var unseen = new HashSet<int>();
        for (int node = 0, access = 0; node < operations.Length; node++)
        {
            var end = access + operations[node].Accesses.Length;
            for (; access < end; access++)
            {
                if (operations[node].Kind != OperationKind.Read)
                {
                    continue;
                }

                if (_accessValues[access] == None)
                {
                    mayBeDeleted.Add(_accessKeys[access]);
                }
                else
                {
                    wasRead[_accessValues[access]] = true;
                }
            }
        }

        var graph = new OperationGraph { ChainCount = _sessions.Count, KeyCount = _keys.Count };
        var lastOfSession = new int[_sessions.Count];
        Array.Fill(lastOfSession, None);
        var writesOfSession = new int[_sessions.Count];
        for (int node = 0, access = 0; node < operations.Length; node++)
        {
            var operation = operations[node];
            var session = _operationSessions[node];
            var values = _accessValues.Span.Slice(access, operation.Accesses.Length);
            if (operation.Outcome == Outcome.Unknown)
            {
                var isSeen = IsAnyRead(values, wasRead);
                var mayBeSeen = operation.Accesses.Any(deleted => deleted.Value is null && mayBeDeleted.Contains(_keys[deleted.Key]));
                AddUncertain(graph, lastOfSession[session], isSeen || mayBeSeen);
                if (!isSeen && mayBeSeen)
                {
                    unseen.Add(node);
                }
            }
            else
            {
                var isWrite = operation.Kind == OperationKind.Write;
                graph.AddNode(session, isWrite, isWrite ? ++writesOfSession[session] : writesOfSession[session]);
                lastOfSession[session] = node;
            }

            for (var i = 0; i < values.Length; i++, access++)
            {
                graph.AddAccess(_accessKeys[access], operation.Kind == OperationKind.Write ? node : Source(_accessKeys[access], values[i]));
            }
        }

        return new History(operations, graph, _sessions.Count, _accessValues.Span.ToArray(), unseen);
    }

    /// <summary>
    /// A write of unknown outcome follows what its session did before, but nothing follows it except through those who read it: it is
    /// a chain of its own. If nobody can have read it, it has no effect on any pattern and takes no part.
    /// </summary>
    private static void AddUncertain(OperationGraph graph, int predecessor, bool takesPart)
    {
        if (!takesPart)
        {
            graph.AddNode(OperationGraph.NoChain, isWrite: true, ordinal: 0);
            return;
        }

        var node = graph.AddNode(graph.ChainCount++, isWrite: true, ordinal: 1);
        if (predecessor != None)
        {
            graph.Hang(node, predecessor);
        }
    }

    private static bool IsAnyRead(ReadOnlySpan<int> values, bool[] wasRead)
    {
        foreach (var value in values)
        {
            if (wasRead[value])
            {
                return true;
            }
        }

        return false;
    }

    private int Source(int key, int value)
    {
        if (value == None)
        {
            return _deletedKeys.Contains(key) ? OperationGraph.Unattributed : OperationGraph.Initial;
        }

        return _writers[value] == None ? OperationGraph.ThinAir : _writers[value];
    }

    private string? Problem(Operation operation)
    {
        if (string.IsNullOrEmpty(operation.Session))
        {
            return "The operation names no session.";
        }

        if (operation.Position != 0)
        {
            return "The operation already belongs to a history.";
        }

        if (operation.Accesses.IsDefaultOrEmpty)
        {
            return "The operation names no key.";
        }

        if (operation.Kind == OperationKind.Read)
        {
            if (operation.Outcome == Outcome.Unknown)
            {
                return "A read of unknown outcome says nothing: leave it out.";
            }
        }
        else if (operation.IsFinal)
        {
            return "Only a read can be final.";
        }

        _keysOfOne.Clear();
        foreach (var access in operation.Accesses)
        {
            if (access.Key is null)
            {
                return "A key is missing.";
            }

            if (access is { Value: not null, Tombstone: not null })
            {
                return $"Key \"{access.Key}\" has both a value and a tombstone.";
            }

            if (operation.Kind == OperationKind.Read)
            {
                continue;
            }

            if (access is { Value: null, Tombstone: null })
            {
                return $"The write of key \"{access.Key}\" has neither a value nor a tombstone.";
            }

            if (operation.Accesses.Length > 1 && !_keysOfOne.Add(access.Key))
            {
                return $"The transaction writes key \"{access.Key}\" twice.";
            }

            if (_keys.TryGetValue(access.Key, out var key)
                && _values.TryGetValue(new(key, (access.Value ?? access.Tombstone)!, access.Value is null), out var value) && _writers[value] != None)
            {
                return $"The write \"{access}\" was made before, by {_operations[_writers[value]]}: the values written to a key must be unique.";
            }
        }

        return null;
    }

    private int KeyNumber(string name)
    {
        if (!_keys.TryGetValue(name, out var key))
        {
            key = _keys.Count;
            _keys.Add(name, key);
        }

        return key;
    }

    private int ValueNumber(int key, Access access)
    {
        if ((access.Value ?? access.Tombstone) is not { } text)
        {
            return None;
        }

        var written = new Written(key, text, access.Value is null);
        if (!_values.TryGetValue(written, out var value))
        {
            value = _values.Count;
            _values.Add(written, value);
            _writers.Add(None);
        }

        return value;
    }
}
