using ReplicatedDs.Checker.Checks;

namespace ReplicatedDs.Checker.Online;

/// <summary>A stretch of events as a graph with its core. Bounded because the monitor replaces it.</summary>
internal sealed class MonitorWindow
{
    private readonly Dictionary<string, int> _keys = [];
    private readonly Dictionary<(int Site, int Counter), int> _updates = [];
    private readonly Dictionary<int, int> _siteOfUpdate = [];
    private readonly HashSet<string> _deleted = [];

    public MonitorWindow()
    {
        Core = new CausalCore(Graph);
    }

    public OperationGraph Graph { get; } = new();

    public CausalCore Core { get; }

    /// <summary>The node of an update; -1 if it is not in the window.</summary>
    public int NodeOf(int site, int counter) => _updates.GetValueOrDefault((site, counter), -1);

    public bool IsUpdate(int node) => _siteOfUpdate.ContainsKey(node);

    public void Write(int site, int counter, IReadOnlyList<string> keys, IReadOnlyCollection<string> deletes)
    {
        var node = Graph.AddNode(site, isWrite: true, counter);
        Graph.ChainCount = Math.Max(Graph.ChainCount, site + 1);
        foreach (var key in keys.Distinct())
        {
            Graph.AddAccess(KeyNumber(key), node);
        }

        _deleted.UnionWith(deletes);
        _updates[(site, counter)] = node;
        _siteOfUpdate[node] = site;
        Core.Visit(node);
    }

    /// <summary>A delivery: it orders, and reads nothing. Also good for a read of something before the window.</summary>
    public void See(int site, int source)
    {
        if (source >= 0)
        {
            Visit(site, OperationGraph.NoKey, source);
        }
    }

    /// <summary>A read; the source -1 is the absence of the key. Answers whether it could be checked.</summary>
    public bool Read(int site, string key, int source)
    {
        if (source < 0 && _deleted.Contains(key))
        {
            return false;
        }

        Visit(site, KeyNumber(key), source < 0 ? OperationGraph.Initial : source);
        return true;
    }

    private void Visit(int site, int key, int source)
    {
        Core.ClockOfChain(site, out var own);
        var node = Graph.AddNode(site, isWrite: false, own);
        Graph.ChainCount = Math.Max(Graph.ChainCount, site + 1);
        Graph.AddAccess(key, source);
        Core.Visit(node);
    }

    private int KeyNumber(string key)
    {
        if (!_keys.TryGetValue(key, out var number))
        {
            number = _keys.Count;
            _keys.Add(key, number);
            Graph.KeyCount = _keys.Count;
        }

        return number;
    }
}
