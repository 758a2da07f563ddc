using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Checker.Checks;

/// <summary>What one read shows by itself: a value that nobody wrote, two values for one key.</summary>
internal static class SingleReads
{
    public static void Check(History history, Report report)
    {
        var graph = history.Graph;
        var firstOfKey = new Dictionary<int, int>();
        for (var node = 0; node < graph.Count; node++)
        {
            if (graph.IsWrite(node))
            {
                continue;
            }

            var (first, end) = (graph.FirstAccess(node), graph.EndAccess(node));
            for (var access = first; access < end; access++)
            {
                if (graph.Source(access) == OperationGraph.ThinAir)
                {
                    var (read, returned) = (history[node], history[node].Accesses[access - first]);
                    report.Add(Pattern.ThinAirRead, () => $"Nobody wrote what {read} returned for {returned.Key}.", (node, node));
                }
            }

            if (end - first == 1)
            {
                continue;
            }

            firstOfKey.Clear();
            for (var access = first; access < end; access++)
            {
                if (!firstOfKey.TryAdd(graph.Key(access), access) && history.Values[access] != history.Values[firstOfKey[graph.Key(access)]])
                {
                    var (read, one, other) = (history[node], history[node].Accesses[firstOfKey[graph.Key(access)] - first], history[node].Accesses[access - first]);
                    report.Add(Pattern.NonRepeatableRead, () => $"One snapshot of session {read.Session} returned both {one} and {other}: {read}.", (node, node));
                }
            }
        }
    }
}
