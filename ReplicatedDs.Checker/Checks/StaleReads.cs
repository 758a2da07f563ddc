using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Checker.Checks;

/// <summary>WriteCOInitRead and WriteCORead, as the core found them, and absences for which no delete can be the reason.</summary>
internal static class StaleReads
{
    private const int CandidatesMax = 1_000;

    public static void Check(History history, CausalCore core, Report report)
    {
        foreach (var (node, access, source, newer) in core.StaleReads)
        {
            var (read, key) = (history[node], history[node].Accesses[access - history.Graph.FirstAccess(node)].Key);
            if (source < 0)
            {
                report.Add(
                    Pattern.WriteCOInitRead,
                    () => $"{read} found nothing under {key}, although {history[newer]} is in its causal past.",
                    (newer, node));
            }
            else
            {
                report.Add(
                    Pattern.WriteCORead,
                    () => $"{read} returned for {key} what {history[source]}, although {history[newer]} overwrote that and is in the read's causal past.",
                    (source, newer),
                    (newer, node));
            }
        }

        CheckOpenReads(history, core, report);
    }

    /// <summary>The writes that delete a key, by key.</summary>
    public static Dictionary<int, List<int>> Deletes(History history)
    {
        var graph = history.Graph;
        var deletes = new Dictionary<int, List<int>>();
        for (var node = 0; node < graph.Count; node++)
        {
            if (!graph.IsWrite(node) || graph.Chain(node) == OperationGraph.NoChain)
            {
                continue;
            }

            var first = graph.FirstAccess(node);
            for (var access = first; access < graph.EndAccess(node); access++)
            {
                if (history[node].Accesses[access - first].Value is null)
                {
                    if (!deletes.TryGetValue(graph.Key(access), out var nodes))
                    {
                        deletes.Add(graph.Key(access), nodes = []);
                    }

                    nodes.Add(node);
                }
            }
        }

        return deletes;
    }

    /// <summary>
    /// Such a read may be explained by no write at all, or by any delete that is not causally after it and not overwritten in its
    /// past. Each is looked at by itself: two that are possible alone may be impossible together, which is not found.
    /// </summary>
    private static void CheckOpenReads(History history, CausalCore core, Report report)
    {
        if (core.OpenReads.Count == 0)
        {
            return;
        }

        var graph = history.Graph;
        var deletes = Deletes(history);
        var hanging = graph.Hangs.ToLookup(hang => graph.Chain(hang.Value), hang => (Node: hang.Key, After: hang.Value));
        var undecided = 0;
        foreach (var open in core.OpenReads)
        {
            var key = graph.Key(open.Access);
            var newer = OverwrittenBy(graph, core, open, key, -1);
            if (newer < 0)
            {
                continue;
            }

            var candidates = deletes.GetValueOrDefault(key, []);
            var tried = 0;
            var explained = false;
            for (var i = candidates.Count - 1; i >= 0 && tried < CandidatesMax && !explained; i--, tried++)
            {
                explained = !IsAfter(graph, core, candidates[i], open.Read, hanging[graph.Chain(open.Read)]) && OverwrittenBy(graph, core, open, key, candidates[i]) < 0;
            }

            if (!explained && tried < candidates.Count)
            {
                undecided++;
            }
            else if (!explained)
            {
                var read = history[open.Read];
                report.Add(
                    Pattern.WriteCOInitRead,
                    () => $"{read} found nothing, although {history[newer]} is in its causal past and no delete of the key explains the absence.",
                    (newer, open.Read));
            }
        }

        report.NotChecked.Add(
            $"{core.OpenReads.Count:N0} absences of keys that were deleted name no delete: it was only checked that each alone has an explanation"
            + (undecided == 0 ? "." : $", and {undecided:N0} had too many deletes to try."));
    }

    /// <param name="hanging">The chains that start after a node of the read's chain: clocks count writes, so a read is not in them.</param>
    private static bool IsAfter(OperationGraph graph, CausalCore core, int write, int read, IEnumerable<(int Node, int After)> hanging)
    {
        var chain = graph.Chain(read);
        if (graph.Chain(write) == chain)
        {
            return write > read;
        }

        var clock = core.ClockOf(write);
        return CausalCore.Entry(clock, chain) > graph.Ordinal(read)
            || hanging.Any(hang => hang.After >= read && (hang.Node == write || CausalCore.Entry(core.ClockOf(write), graph.Chain(hang.Node)) > 0));
    }

    /// <summary>A write of the key in the read's past that is after <paramref name="candidate"/> (-1: after the initial absence); -1 if none.</summary>
    private static int OverwrittenBy(OperationGraph graph, CausalCore core, OpenRead open, int key, int candidate)
    {
        var chain = graph.Chain(open.Read);
        foreach (var group in core.GroupsOf(key))
        {
            var writer = core.ChainOfGroup(group);
            var latest = core.Latest(group, writer == chain ? graph.Ordinal(open.Read) : CausalCore.Entry(open.Clock, writer));
            if (latest >= 0 && latest != candidate && (candidate < 0 || core.IsBefore(candidate, latest)))
            {
                return latest;
            }
        }

        return -1;
    }
}
