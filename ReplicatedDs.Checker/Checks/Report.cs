using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Checker.Checks;

/// <summary>Collects what the single checks find; explanations are only made while they are wanted.</summary>
internal sealed class Report(History history, CheckerOptions options)
{
    private readonly SortedDictionary<Pattern, int> _counts = [];
    private readonly List<Finding> _findings = [];

    public List<string> NotChecked { get; } = [];

    public IReadOnlyDictionary<Pattern, int> Counts => _counts;

    public IReadOnlyList<Finding> Findings => [.. _findings.OrderBy(finding => finding.Pattern)];

    public bool Has(params ReadOnlySpan<Pattern> patterns)
    {
        foreach (var pattern in patterns)
        {
            if (_counts.ContainsKey(pattern))
            {
                return true;
            }
        }

        return false;
    }

    public bool IsFull(Pattern pattern) => _counts.GetValueOrDefault(pattern) >= options.FindingsPerPatternMax;

    /// <summary>Counts a finding; the first ones are kept with their explanation.</summary>
    /// <param name="paths">
    /// Its operations: from each <c>From</c> the causal path to its <c>To</c>. An operation alone is a path to itself; a negative
    /// <c>From</c> is left out.
    /// </param>
    public void Add(Pattern pattern, Func<string> sentence, params ReadOnlySpan<(int From, int To)> paths)
    {
        var count = _counts.GetValueOrDefault(pattern);
        _counts[pattern] = count + 1;
        if (count >= options.FindingsPerPatternMax)
        {
            return;
        }

        var operations = new List<Operation>();
        foreach (var (from, to) in paths)
        {
            foreach (var node in CausalPath.Find(history.Graph, from, to))
            {
                if (!operations.Contains(history[node]))
                {
                    operations.Add(history[node]);
                }
            }
        }

        _findings.Add(new(pattern, operations, sentence()));
    }
}
