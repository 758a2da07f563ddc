using ReplicatedDs.Cli.Loading;

namespace ReplicatedDs.Cli.Tests;

public class LatencyHistogramTests
{
    [Fact]
    public void At_IsRightToTheWidthOfABucket()
    {
        var random = new Random(1);
        var exact = Enumerable.Range(0, 10_000).Select(_ => (long)Math.Exp(random.NextDouble() * 20)).ToList();
        var histogram = new LatencyHistogram();
        foreach (var ticks in exact)
        {
            histogram.Add(TimeSpan.FromTicks(ticks));
        }

        exact.Sort();
        foreach (var quantile in new[] { 0.01, 0.5, 0.9, 0.99, 0.999, 1 })
        {
            var expected = exact[(int)Math.Ceiling(quantile * exact.Count) - 1];
            Assert.InRange(histogram.At(quantile).Ticks, expected, expected * 1.016 + 1);
        }

        Assert.Equal(exact[^1], histogram.Max.Ticks);
        Assert.Equal(10_000, histogram.Count);
    }

    [Fact]
    public void At_OfNothing_IsZero() => Assert.Equal(TimeSpan.Zero, new LatencyHistogram().At(0.5));

    [Fact]
    public void Add_AnotherHistogram_CountsBoth()
    {
        var (sum, other) = (new LatencyHistogram(), new LatencyHistogram());
        sum.Add(TimeSpan.FromTicks(5));
        other.Add(TimeSpan.FromHours(1));

        sum.Add(other);

        Assert.Equal(2, sum.Count);
        Assert.Equal(TimeSpan.FromTicks(5), sum.At(0.5));
        Assert.Equal(TimeSpan.FromHours(1), sum.At(1));
    }
}
