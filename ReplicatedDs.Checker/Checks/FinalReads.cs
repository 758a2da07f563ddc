using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Checker.Checks;

/// <summary>What reads after everything came to rest must show: the same everywhere, and nothing lost.</summary>
internal static class FinalReads
{
    /// <summary>Compares the final reads of each key with the first one. Answers whether there are any.</summary>
    public static bool CheckAgreement(History history, Report report)
    {
        var graph = history.Graph;
        var firstOfKey = new Dictionary<int, (int Node, int Place)>();
        for (var node = 0; node < graph.Count; node++)
        {
            var read = history[node];
            if (!read.IsFinal)
            {
                continue;
            }

            for (var place = 0; place < read.Accesses.Length; place++)
            {
                var key = graph.Key(graph.FirstAccess(node) + place);
                if (firstOfKey.TryAdd(key, (node, place)))
                {
                    continue;
                }

                // Two absences agree, whatever delete they name.
                var (other, otherPlace) = firstOfKey[key];
                if (history[other].Accesses[otherPlace].Value != read.Accesses[place].Value)
                {
                    var name = read.Accesses[place].Key;
                    report.Add(Pattern.Divergence, () => $"At rest, {name} differs: {history[other]}, but {read}.", (other, other), (node, node));
                }
            }
        }

        return firstOfKey.Count != 0;
    }

    public static void CheckNothingLost(History history, CausalCore core, Report report)
    {
        var graph = history.Graph;
        Dictionary<int, List<int>>? deletes = null;
        for (var node = 0; node < graph.Count; node++)
        {
            if (!history[node].IsFinal)
            {
                continue;
            }

            for (var access = graph.FirstAccess(node); access < graph.EndAccess(node); access++)
            {
                var key = graph.Key(access);
                var source = graph.Source(access);
                var newer = source switch
                {
                    OperationGraph.ThinAir => -1,
                    OperationGraph.Unattributed => NewerThanAll(history, core, key, (deletes ??= StaleReads.Deletes(history)).GetValueOrDefault(key, [])),
                    _ => Newer(history, core, key, source),
                };
                if (newer >= 0)
                {
                    var read = history[node];
                    report.Add(Pattern.LostWrite, () => $"At rest, {read}, but {history[newer]} is later than that.", (source, newer), (node, node));
                }
            }
        }
    }

    private static int Newer(History history, CausalCore core, int key, int source)
    {
        foreach (var group in core.GroupsOf(key))
        {
            var last = core.LastOf(group);
            if (history.Unseen.Contains(last))
            {
                continue;
            }

            if (source < 0 || (last != source && core.IsBefore(source, last)))
            {
                return last;
            }
        }

        return -1;
    }

    /// <summary>-1 if one of the deletes is not overwritten; otherwise a write that overwrote the last one tried.</summary>
    private static int NewerThanAll(History history, CausalCore core, int key, List<int> deletes)
    {
        var newer = -1;
        foreach (var delete in Enumerable.Reverse(deletes))
        {
            newer = Newer(history, core, key, delete);
            if (newer < 0)
            {
                return -1;
            }
        }

        return newer;
    }
}
