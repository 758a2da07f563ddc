using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Checker.Checks;

/// <summary>FracturedRead: after Bailis et al., "Scalable Atomic Visibility with RAMP Transactions" (SIGMOD 2014), with causal order for versions.</summary>
internal static class Transactions
{
    public static void Check(History history, CausalCore core, Report report)
    {
        var graph = history.Graph;
        var accessesOfKey = new Dictionary<int, List<int>>();
        var seen = new HashSet<int>();
        for (var node = 0; node < graph.Count; node++)
        {
            var (first, end) = (graph.FirstAccess(node), graph.EndAccess(node));
            if (graph.IsWrite(node) || end - first == 1)
            {
                continue;
            }

            accessesOfKey.Clear();
            seen.Clear();
            for (var access = first; access < end; access++)
            {
                if (!accessesOfKey.TryGetValue(graph.Key(access), out var accesses))
                {
                    accessesOfKey.Add(graph.Key(access), accesses = []);
                }

                accesses.Add(access);
            }

            for (var access = first; access < end; access++)
            {
                var transaction = graph.Source(access);
                if (transaction >= 0 && graph.EndAccess(transaction) - graph.FirstAccess(transaction) > 1 && seen.Add(transaction))
                {
                    Check(history, core, report, node, graph.Key(access), transaction, accessesOfKey);
                }
            }
        }
    }

    private static void Check(
        History history, CausalCore core, Report report, int node, int seenKey, int transaction, Dictionary<int, List<int>> accessesOfKey)
    {
        var graph = history.Graph;
        foreach (var key in graph.Keys(transaction))
        {
            if (!accessesOfKey.TryGetValue(key, out var accesses))
            {
                continue;
            }

            foreach (var access in accesses)
            {
                var source = graph.Source(access);
                if (source != OperationGraph.Initial && (source < 0 || source == transaction || !core.IsBefore(source, transaction)))
                {
                    continue;
                }

                var read = history[node];
                var seen = read.Accesses[accessesOfKey[seenKey][0] - graph.FirstAccess(node)].Key;
                var torn = read.Accesses[access - graph.FirstAccess(node)].Key;
                report.Add(
                    Pattern.FracturedRead,
                    () => $"{read} holds {seen} of the transaction {history[transaction]}, but for {torn} something older.",
                    (source, transaction),
                    (transaction, node));
            }
        }
    }
}
