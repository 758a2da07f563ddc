namespace ReplicatedDs.Checker.Checks;

/// <summary>
/// Puts the nodes of a graph into an order in which everything comes after its causes, or finds a cycle.
/// </summary>
/// <remarks>
/// Every chain advances until its head waits for a node of another chain that has not been placed, and continues when that one is:
/// O(nodes + edges), without successor lists. Chains take turns, so the order stays close to one in which it could have happened.
/// If all chains that are left wait for each other, following "waits for" from any of them ends in a cycle that passes each chain at
/// most once, so none of its nodes can be left out.
/// </remarks>
internal sealed class TopologicalOrder
{
    private const int Turn = 64;

    private readonly OperationGraph _graph;
    private readonly ExtraEdges? _extra;
    private readonly bool[]? _included;
    private readonly int[] _chainEnd;
    private readonly int[] _chainNodes;
    private readonly int[] _head;
    private readonly int[] _resume;
    private readonly int[] _waitsFor;
    private readonly bool[] _placed;

    private TopologicalOrder(OperationGraph graph, ExtraEdges? extra, bool[]? included)
    {
        _graph = graph;
        _extra = extra;
        _included = included;
        var chains = graph.ChainCount;
        var first = new int[chains + 1];
        for (var node = 0; node < graph.Count; node++)
        {
            if (TakesPart(node))
            {
                first[graph.Chain(node) + 1]++;
            }
        }

        for (var chain = 0; chain < chains; chain++)
        {
            first[chain + 1] += first[chain];
        }

        _head = first[..chains];
        _chainEnd = first[..chains];
        _chainNodes = new int[first[chains]];
        for (var node = 0; node < graph.Count; node++)
        {
            if (TakesPart(node))
            {
                _chainNodes[_chainEnd[graph.Chain(node)]++] = node;
            }
        }

        _resume = new int[chains];
        _waitsFor = new int[chains];
        _placed = new bool[graph.Count];
        Order = new int[_chainNodes.Length];
        Place();
    }

    /// <summary>The nodes in order; shorter than the graph if there is a cycle.</summary>
    public int[] Order { get; private set; }

    /// <summary>
    /// Empty if the order is complete. Otherwise edges in causal direction: each <c>To</c> is the next <c>From</c> or comes before it
    /// in its chain, and the last leads back to the first.
    /// </summary>
    public IReadOnlyList<(int From, int To)> Cycle { get; private set; } = [];

    /// <param name="extra">Edges on top of the graph's own.</param>
    /// <param name="included">The nodes to look at; <c>null</c>: all.</param>
    public static TopologicalOrder Of(OperationGraph graph, ExtraEdges? extra = null, bool[]? included = null) => new(graph, extra, included);

    private bool TakesPart(int node) => _graph.Chain(node) != OperationGraph.NoChain && (_included is null || _included[node]);

    private void Place()
    {
        var chains = _graph.ChainCount;
        var ready = new Queue<int>(chains);
        for (var chain = 0; chain < chains; chain++)
        {
            ready.Enqueue(chain);
        }

        // Waiting chains hang in lists by the node they wait for; a chain is in one list at most.
        var firstWaiting = new int[_graph.Count];
        Array.Fill(firstWaiting, -1);
        var nextWaiting = new int[chains];
        var count = 0;
        while (ready.TryDequeue(out var chain))
        {
            var turn = Turn;
            while (_head[chain] < _chainEnd[chain])
            {
                if (turn-- == 0)
                {
                    ready.Enqueue(chain);
                    break;
                }

                var node = _chainNodes[_head[chain]];
                if (NextUnplaced(chain, node) is var cause and >= 0)
                {
                    _waitsFor[chain] = cause;
                    nextWaiting[chain] = firstWaiting[cause];
                    firstWaiting[cause] = chain;
                    break;
                }

                _placed[node] = true;
                Order[count++] = node;
                _head[chain]++;
                _resume[chain] = 0;
                for (var waiting = firstWaiting[node]; waiting >= 0; waiting = nextWaiting[waiting])
                {
                    ready.Enqueue(waiting);
                }
            }
        }

        if (count < Order.Length)
        {
            Order = Order[..count];
            Cycle = FindCycle();
        }
    }

    /// <summary>Goes through the node's direct causes from where the last look ended.</summary>
    private int NextUnplaced(int chain, int node)
    {
        var first = _graph.FirstAccess(node);
        var accesses = _graph.IsWrite(node) ? 0 : _graph.EndAccess(node) - first;
        var extra = _extra is null ? [] : _extra.Into(node);
        for (; _resume[chain] < 1 + accesses + extra.Length; _resume[chain]++)
        {
            var at = _resume[chain];
            var cause = at == 0 ? _graph.HangsFrom(node) : at <= accesses ? _graph.Source(first + at - 1) : extra[at - 1 - accesses];
            if (cause >= 0 && !_placed[cause] && TakesPart(cause))
            {
                return cause;
            }
        }

        return -1;
    }

    private List<(int From, int To)> FindCycle()
    {
        var start = 0;
        while (_head[start] == _chainEnd[start])
        {
            start++;
        }

        var seenAt = new Dictionary<int, int>();
        var edges = new List<(int From, int To)>();
        for (var chain = start; ; chain = _graph.Chain(_waitsFor[chain]))
        {
            if (seenAt.TryGetValue(chain, out var since))
            {
                edges.RemoveRange(0, since);
                edges.Reverse();
                return edges;
            }

            seenAt.Add(chain, edges.Count);
            edges.Add((_waitsFor[chain], _chainNodes[_head[chain]]));
        }
    }
}
