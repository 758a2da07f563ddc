using ReplicatedDs.Checker.Checks;

namespace ReplicatedDs.Checker.Histories;

/// <summary>A complete history, ready to be checked. Immutable and safe for concurrent use. Made by <see cref="HistoryBuilder"/>.</summary>
public sealed class History
{
    private readonly Operation[] _operations;

    internal History(Operation[] operations, OperationGraph graph, int sessions, int[] values, IReadOnlySet<int> unseen)
    {
        _operations = operations;
        Graph = graph;
        Sessions = sessions;
        Values = values;
        Unseen = unseen;
    }

    /// <summary>All operations in the order in which they were added.</summary>
    public IReadOnlyList<Operation> Operations => _operations;

    public int Sessions { get; }

    public int Keys => Graph.KeyCount;

    internal OperationGraph Graph { get; }

    /// <summary>Per access: a number for what was written or read; -1 for an absence that names no delete.</summary>
    internal int[] Values { get; }

    /// <summary>
    /// Deletes of unknown outcome that nobody named: they may be the reason for an absence, but need not have happened.
    /// </summary>
    internal IReadOnlySet<int> Unseen { get; }

    internal Operation this[int node] => _operations[node];
}
