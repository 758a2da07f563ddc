using System.Text.Json.Serialization;

namespace ReplicatedDs.Bench.Report;

/// <summary>One line of the result: what was measured, every sample of it, and what it is held against.</summary>
/// <param name="Id">For plots and machines.</param>
/// <param name="Other">Whose figures stand beside ours, if anybody's; of as many rounds.</param>
internal sealed record Row(
    string Id, string What, string Unit, Verdict Verdict, double? Floor, double? Goal, List<double> Ours, string? Other, List<double> Others)
{
    /// <summary>Ours by the other's in the same round, since both had the same neighbours then.</summary>
    [JsonIgnore]
    public IReadOnlyList<double> Ratios => [.. Ours.Zip(Others, static (ours, other) => ours / other)];

    /// <summary>The median of what floor and goal are about.</summary>
    [JsonIgnore]
    public double Judged => Median(Verdict is Verdict.RatioUp or Verdict.RatioDown ? Ratios : Ours);

    [JsonIgnore]
    public string Reached => Goal is { } goal && Meets(goal) ? "goal" : Floor is { } floor && Meets(floor) ? "floor" : Floor is null ? "" : "**below the floor**";

    public static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN
            : sorted.Count % 2 == 1 ? sorted[sorted.Count / 2]
            : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }

    private bool Meets(double bound) => Verdict is Verdict.RatioUp or Verdict.Up ? Judged >= bound : Judged <= bound;
}
