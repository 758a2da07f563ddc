using System.Globalization;

namespace ReplicatedDs.Cluster.Tests.Soaking;

/// <summary>What came of a long run.</summary>
/// <param name="Checked">Operations that the checker looked at.</param>
/// <param name="Promised">Acknowledged writes of keys of their own; each was looked for at every replica.</param>
internal sealed record SoakResult(TimeSpan Elapsed, IReadOnlyList<Sample> Samples, int Rounds, int Restarts, long Answered, long Written, long Checked, long Promised)
{
    /// <summary>Of the second half, for each replica whose process lived through it.</summary>
    public IReadOnlyList<(string Replica, Measure Measure, double Growth, double Allowed)> Trends()
    {
        var late = Samples.Where(sample => sample.At >= Samples[^1].At / 2).ToList();
        var trends = new List<(string, Measure, double, double)>();
        foreach (var measure in Measure.All)
        {
            foreach (var replica in late.GroupBy(sample => sample.Replica))
            {
                var points = replica.Select(sample => (sample.At.TotalMinutes, measure.Of(sample))).ToList();
                if (points.Count >= 2 && replica.Select(sample => sample.Pid).Distinct().Count() == 1)
                {
                    trends.Add((replica.Key, measure, Trend.Growth(points), measure.Allowed([.. points.Select(point => point.Item2)])));
                }
            }
        }

        return trends;
    }

    /// <summary>Throws if anything grew in the second half.</summary>
    public void MustBeFlat()
    {
        var grew = Trends().Where(trend => trend.Growth > trend.Allowed).Select(trend => string.Create(
            CultureInfo.InvariantCulture, $"{trend.Measure.Name} of {trend.Replica} grew by {trend.Growth:0.#}, allowed are {trend.Allowed:0.#}")).ToList();
        Assert.True(grew.Count == 0, $"Not flat in the second half: {string.Join("; ", grew)}.");
    }
}
