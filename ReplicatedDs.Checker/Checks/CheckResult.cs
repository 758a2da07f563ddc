using System.Globalization;
using System.Text;

namespace ReplicatedDs.Checker.Checks;

/// <summary>What a check found, and what it did not look at.</summary>
public sealed class CheckResult
{
    public required int Operations { get; init; }

    public required int Sessions { get; init; }

    public required int Keys { get; init; }

    /// <summary>CC: CyclicCO, WriteCOInitRead, ThinAirRead, WriteCORead.</summary>
    public required Verdict CausalConsistency { get; init; }

    /// <summary>CCv: as CC, and CyclicCF.</summary>
    public required Verdict CausalConvergence { get; init; }

    /// <summary>CM: as CC, and WriteHBInitRead, CyclicHB. Not checked unless asked for.</summary>
    public required Verdict CausalMemory { get; init; }

    /// <summary>FracturedRead, NonRepeatableRead.</summary>
    public required Verdict Transactions { get; init; }

    /// <summary>ReadYourWrites, MonotonicReads, MonotonicWrites, WritesFollowReads.</summary>
    public required Verdict SessionGuarantees { get; init; }

    /// <summary>Divergence, LostWrite. Not checked if the history has no final reads.</summary>
    public required Verdict Convergence { get; init; }

    /// <summary>The violations, at most <see cref="CheckerOptions.FindingsPerPatternMax"/> of each pattern, ordered by pattern.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>
    /// How many violations there are per pattern. Exact for patterns of single reads; of cycles one is looked for, and session
    /// guarantees are counted up to the number that is explained.
    /// </summary>
    public required IReadOnlyDictionary<Pattern, int> Counts { get; init; }

    /// <summary>A sentence for each thing that was not looked at.</summary>
    public required IReadOnlyList<string> NotChecked { get; init; }

    /// <summary>No violation was found.</summary>
    public bool IsClean => Findings.Count == 0;

    public override string ToString()
    {
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"{Operations:N0} operations of {Sessions:N0} sessions on {Keys:N0} keys: ")
            .Append(IsClean ? "no violation" : string.Join(", ", Counts.OrderBy(count => count.Key).Select(count => $"{count.Value} × {count.Key}")));
        foreach (var finding in Findings)
        {
            text.Append('\n').Append(finding);
        }

        foreach (var sentence in NotChecked)
        {
            text.Append("\nNot checked: ").Append(sentence);
        }

        return text.ToString();
    }
}
