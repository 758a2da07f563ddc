namespace ReplicatedDs.Checker.Checks;

/// <summary>Edges between nodes on top of the causal order, grouped by the node they lead to.</summary>
internal sealed class ExtraEdges
{
    private readonly int[] _first;
    private readonly int[] _from;

    public ExtraEdges(int nodes, IReadOnlyCollection<(int From, int To)> edges)
    {
        _first = new int[nodes + 1];
        _from = new int[edges.Count];
        foreach (var (_, to) in edges)
        {
            _first[to + 1]++;
        }

        for (var node = 0; node < nodes; node++)
        {
            _first[node + 1] += _first[node];
        }

        var next = _first[..nodes];
        foreach (var (from, to) in edges)
        {
            _from[next[to]++] = from;
        }
    }

    public ReadOnlySpan<int> Into(int node) => _from.AsSpan(_first[node].._first[node + 1]);
}
