namespace ReplicatedDs.Checker.Checks;

/// <summary>Finds how one operation is causally before another, over as few reads as possible.</summary>
internal static class CausalPath
{
    /// <summary>
    /// The operations from <paramref name="from"/> to <paramref name="to"/>: each directly saw the one before it or follows it in
    /// its session. Just the two if there is no path. O(nodes).
    /// </summary>
    public static IEnumerable<int> Find(OperationGraph graph, int from, int to)
    {
        if (from < 0 || from == to)
        {
            return [to];
        }

        // Backwards from the end. Reached: a node and the read (or chain start) that saw it, which belongs to an earlier reached node.
        var nodesOfChain = NodesOfChains(graph);
        var scanned = new int[graph.ChainCount];
        var reached = new List<(int Node, int SeenBy, int Parent)> { (to, -1, -1) };
        var isReached = new HashSet<int> { to };
        for (var i = 0; i < reached.Count; i++)
        {
            var chain = graph.Chain(reached[i].Node);
            if (graph.Chain(from) == chain && from <= reached[i].Node)
            {
                return Path(reached, i, from);
            }

            for (var nodes = nodesOfChain[chain]; scanned[chain] < nodes.Count && nodes[scanned[chain]] <= reached[i].Node; scanned[chain]++)
            {
                var node = nodes[scanned[chain]];
                Reach(graph.HangsFrom(node), node, i);
                for (var access = graph.FirstAccess(node); !graph.IsWrite(node) && access < graph.EndAccess(node); access++)
                {
                    Reach(graph.Source(access), node, i);
                }
            }
        }

        return [from, to];

        void Reach(int node, int seenBy, int parent)
        {
            if (node >= 0 && isReached.Add(node))
            {
                reached.Add((node, seenBy, parent));
            }
        }
    }

    private static List<int>[] NodesOfChains(OperationGraph graph)
    {
        var nodes = new List<int>[graph.ChainCount];
        for (var chain = 0; chain < nodes.Length; chain++)
        {
            nodes[chain] = [];
        }

        for (var node = 0; node < graph.Count; node++)
        {
            if (graph.Chain(node) != OperationGraph.NoChain)
            {
                nodes[graph.Chain(node)].Add(node);
            }
        }

        return nodes;
    }

    private static List<int> Path(List<(int Node, int SeenBy, int Parent)> reached, int last, int from)
    {
        var path = new List<int> { from };
        for (var i = last; i >= 0; i = reached[i].Parent)
        {
            path.Add(reached[i].Node);
            if (reached[i].SeenBy >= 0)
            {
                path.Add(reached[i].SeenBy);
            }
        }

        return path;
    }
}
