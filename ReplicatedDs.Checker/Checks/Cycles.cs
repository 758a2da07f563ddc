using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Checker.Checks;

/// <summary>Puts a cycle into words.</summary>
internal static class Cycles
{
    /// <param name="reasons">For edges that are neither reads-from nor session order: the read that forces them.</param>
    public static void Report(
        Pattern pattern,
        History history,
        IReadOnlyList<(int From, int To)> cycle,
        IReadOnlyDictionary<(int From, int To), int>? reasons,
        Report report)
    {
        var paths = new List<(int From, int To)>();
        var steps = new List<string>();
        for (var i = 0; i < cycle.Count; i++)
        {
            var (from, to) = cycle[i];
            paths.Add((from, from));
            paths.Add((to, to));
            if (IsSource(history.Graph, from, to))
            {
                steps.Add($"{history[to]} saw {history[from]}");
            }
            else if (history.Graph.HangsFrom(to) == from)
            {
                steps.Add($"{history[from]} comes before {history[to]} in its session");
            }
            else if (reasons is not null && reasons.TryGetValue((from, to), out var read))
            {
                paths.Add((from, read));
                steps.Add($"{history[from]} must lose against {history[to]} because {history[read]} had both");
            }

            var next = cycle[(i + 1) % cycle.Count].From;
            if (next != to)
            {
                paths.Add((next, next));
                steps.Add($"{history[to]} comes before {history[next]} in its session");
            }
        }

        var opening = pattern switch
        {
            Pattern.CyclicCO => "These operations are causes of themselves",
            Pattern.CyclicCF => "No order of concurrent writes explains these reads",
            _ => "No order of the writes explains what one session read",
        };
        report.Add(pattern, () => $"{opening}: {string.Join("; ", steps)}.", [.. paths]);
    }

    private static bool IsSource(OperationGraph graph, int from, int to)
    {
        for (var access = graph.FirstAccess(to); !graph.IsWrite(to) && access < graph.EndAccess(to); access++)
        {
            if (graph.Source(access) == from)
            {
                return true;
            }
        }

        return false;
    }
}
