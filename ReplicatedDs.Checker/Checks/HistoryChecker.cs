using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Checker.Checks;

/// <summary>
/// Checks a whole history. Exact: a pattern is reported if and only if it is there, within what <see cref="CheckResult.NotChecked"/>
/// names.
/// </summary>
/// <remarks>
/// With n operations of s sessions: CC, CCv and the transactional patterns take O(n · s) time at worst, final reads O(n · s), session
/// guarantees are classified among stale reads only, causal memory takes O(window · s²) per window and round.
/// A violation of CC violates CCv and CM as well. CyclicCF is then looked for among concurrent writes only, and the patterns of CM
/// are not looked for: WriteCORead and WriteCOInitRead are instances of them.
/// </remarks>
public static class HistoryChecker
{
    public static CheckResult Check(History history, CheckerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(history);
        options ??= CheckerOptions.Default;
        var report = new Report(history, options);
        SingleReads.Check(history, report);
        var hasFinalReads = FinalReads.CheckAgreement(history, report);

        var order = TopologicalOrder.Of(history.Graph);
        var core = new CausalCore(history.Graph);
        var isComplete = order.Cycle.Count == 0 && Visit(order.Order, core, options.ClockBytesMax);
        var memory = Verdict.NotChecked;
        if (order.Cycle.Count != 0)
        {
            Cycles.Report(Pattern.CyclicCO, history, order.Cycle, null, report);
            report.NotChecked.Add("Everything that builds on causal order, because causal order is cyclic here.");
        }
        else if (!isComplete)
        {
            report.NotChecked.Add(
                $"Everything that builds on causal order: the clocks of {history.Graph.Count:N0} operations in {history.Graph.ChainCount:N0} sessions "
                + $"need more than {options.ClockBytesMax:N0} bytes.");
        }
        else
        {
            StaleReads.Check(history, core, report);
            Transactions.Check(history, core, report);
            SessionGuarantees.Check(history, core, report);
            FinalReads.CheckNothingLost(history, core, report);
            CheckConflicts(history, core, report);
            memory = CheckMemory(history, order.Order, options, report);
        }

        var violated = report.Has(Pattern.CyclicCO, Pattern.ThinAirRead, Pattern.WriteCOInitRead, Pattern.WriteCORead);
        if (!hasFinalReads)
        {
            report.NotChecked.Add("Convergence: the history has no final reads.");
        }

        return new CheckResult
        {
            Operations = history.Operations.Count,
            Sessions = history.Sessions,
            Keys = history.Keys,
            CausalConsistency = Of(violated, isComplete),
            CausalConvergence = Of(violated || report.Has(Pattern.CyclicCF), isComplete),
            CausalMemory = violated ? Verdict.Violated : memory,
            Transactions = Of(report.Has(Pattern.FracturedRead, Pattern.NonRepeatableRead), isComplete),
            SessionGuarantees = Of(
                report.Has(Pattern.ReadYourWrites, Pattern.MonotonicReads, Pattern.MonotonicWrites, Pattern.WritesFollowReads), isComplete),
            Convergence = Of(report.Has(Pattern.Divergence, Pattern.LostWrite), isComplete && hasFinalReads),
            Findings = report.Findings,
            Counts = report.Counts,
            NotChecked = report.NotChecked,
        };
    }

    private static Verdict Of(bool violated, bool isComplete) =>
        violated ? Verdict.Violated : isComplete ? Verdict.Holds : Verdict.NotChecked;

    private static bool Visit(int[] order, CausalCore core, long clockBytesMax)
    {
        foreach (var node in order)
        {
            core.Visit(node);
            if (core.ClockBytes > clockBytesMax)
            {
                return false;
            }
        }

        return true;
    }

    private static void CheckConflicts(History history, CausalCore core, Report report)
    {
        if (core.Conflicts.Count == 0)
        {
            return;
        }

        var edges = new ExtraEdges(history.Graph.Count, core.Conflicts.Keys);
        var cycle = TopologicalOrder.Of(history.Graph, edges).Cycle;
        if (cycle.Count != 0)
        {
            Cycles.Report(Pattern.CyclicCF, history, cycle, core.Conflicts, report);
        }
    }

    private static Verdict CheckMemory(History history, int[] order, CheckerOptions options, Report report)
    {
        if (!options.CausalMemory)
        {
            report.NotChecked.Add("Causal memory (CM): it was not asked for.");
            return Verdict.NotChecked;
        }

        return report.Has(Pattern.ThinAirRead, Pattern.WriteCOInitRead, Pattern.WriteCORead)
            ? Verdict.Violated
            : CausalMemory.Check(history, order, Math.Max(options.CausalMemoryWindow, 2), report);
    }
}
