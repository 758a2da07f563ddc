namespace ReplicatedDs.Cluster.Tests.Soaking;

/// <summary>Where a series of samples is heading.</summary>
internal static class Trend
{
    /// <summary>
    /// How much the values grow from the first to the last, by the median slope of all pairs (Theil and Sen): up to a quarter of the samples may be
    /// arbitrarily wrong, such as just before a collection, without a say in it.
    /// </summary>
    /// <param name="points">At least two, at increasing times.</param>
    public static double Growth(IReadOnlyList<(double At, double Value)> points)
    {
        var slopes = new List<double>(points.Count * (points.Count - 1) / 2);
        for (var i = 0; i < points.Count; i++)
        {
            for (var j = i + 1; j < points.Count; j++)
            {
                slopes.Add((points[j].Value - points[i].Value) / (points[j].At - points[i].At));
            }
        }

        return Median(slopes) * (points[^1].At - points[0].At);
    }

    public static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
