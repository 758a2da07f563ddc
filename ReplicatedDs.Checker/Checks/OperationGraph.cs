namespace ReplicatedDs.Checker.Checks;

/// <summary>
/// The bare structure of a history: nodes (operations) in chains (sessions), each with accesses to numbered keys, each access of a
/// read with the node it read from. Session order and reads-from span the causal order. Node numbers ascend within a chain.
/// </summary>
internal sealed class OperationGraph
{
    /// <summary>The chain of a node that takes no part.</summary>
    public const int NoChain = -1;

    /// <summary>Sources of a read that are no node: the initial absence,</summary>
    public const int Initial = -1;

    /// <summary>a value nobody wrote,</summary>
    public const int ThinAir = -2;

    /// <summary>an absence of a key that was deleted, without the name of the delete,</summary>
    public const int Unattributed = -3;

    /// <summary>a write before the window that is looked at.</summary>
    public const int Outside = -4;

    /// <summary>The key of an access that only orders (a delivery), and reads nothing.</summary>
    public const int NoKey = -1;

    private readonly IntColumn _chains = new();
    private readonly IntColumn _ordinals = new();
    private readonly IntColumn _firstAccess = new();
    private readonly IntColumn _accessKeys = new();
    private readonly IntColumn _accessSources = new();
    private readonly List<bool> _isWrite = [];
    private readonly Dictionary<int, int> _hangsFrom = [];
    private readonly Dictionary<int, List<int>> _hanging = [];

    public int Count => _chains.Count;

    public int ChainCount { get; set; }

    public int KeyCount { get; set; }

    public int AddNode(int chain, bool isWrite, int ordinal)
    {
        _chains.Add(chain);
        _isWrite.Add(isWrite);
        _ordinals.Add(ordinal);
        _firstAccess.Add(_accessKeys.Count);
        return Count - 1;
    }

    /// <summary>Adds an access to the node that was added last.</summary>
    public void AddAccess(int key, int source)
    {
        _accessKeys.Add(key);
        _accessSources.Add(source);
    }

    /// <summary>Orders <paramref name="node"/>, the first of its chain, after a node of another chain.</summary>
    public void Hang(int node, int predecessor)
    {
        _hangsFrom.Add(node, predecessor);
        if (!_hanging.TryGetValue(predecessor, out var nodes))
        {
            _hanging.Add(predecessor, nodes = []);
        }

        nodes.Add(node);
    }

    public int Chain(int node) => _chains[node];

    public bool IsWrite(int node) => _isWrite[node];

    /// <summary>Of a write: its number among the writes of its chain, from 1. Of a read: the number of the last write before it.</summary>
    public int Ordinal(int node) => _ordinals[node];

    public int FirstAccess(int node) => _firstAccess[node];

    public int EndAccess(int node) => node + 1 < Count ? _firstAccess[node + 1] : _accessKeys.Count;

    public int Key(int access) => _accessKeys[access];

    public int Source(int access) => _accessSources[access];

    public ReadOnlySpan<int> Keys(int node) => _accessKeys.Span[FirstAccess(node)..EndAccess(node)];

    /// <summary>The node of another chain that comes right before this one; -1 if none.</summary>
    public int HangsFrom(int node) => _hangsFrom.Count != 0 && _hangsFrom.TryGetValue(node, out var predecessor) ? predecessor : -1;

    /// <summary>Every node that is the first of its chain and right after a node of another chain, with that node.</summary>
    public IReadOnlyDictionary<int, int> Hangs => _hangsFrom;

    /// <summary>The nodes that start a chain right after this node.</summary>
    public IReadOnlyList<int> Hanging(int node) => _hanging.Count != 0 && _hanging.TryGetValue(node, out var nodes) ? nodes : [];
}
