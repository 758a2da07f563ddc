using System.Globalization;

namespace ReplicatedDs.Browser.Tests.Measuring;

/// <param name="PerSecond">Writes answered per second.</param>
/// <param name="P50">Milliseconds from sending to the answer.</param>
/// <param name="Failures">How many, by the status or what else was in the way.</param>
/// <param name="LeftOut">Writes that were due while too many others were not answered yet.</param>
internal sealed record WriteLoadResult(double PerSecond, double P50, double P99, IReadOnlyDictionary<string, int> Failures, int LeftOut)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{PerSecond:0.0} writes/s answered, p50 {P50:0.0} ms, p99 {P99:0.0} ms, {(Failures.Count == 0 ? "none" : string.Join(", ", Failures.Select(entry => $"{entry.Value} with {entry.Key}")))} failed, {LeftOut} left out");
}
