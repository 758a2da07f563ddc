using ReplicatedDs.Cluster.Tests.Chaos;

namespace ReplicatedDs.Cluster.Tests.Network;

/// <summary>What was measured at three sites.</summary>
/// <param name="Connections">How many connections one replica has opened to another.</param>
internal sealed record WideAreaResult(
    ChaosResult Chaos,
    SiteProbe Well,
    SiteProbe Cut,
    SiteProbe CatchingUp,
    SiteProbe After,
    IReadOnlyDictionary<(int From, int To), int> Connections,
    IReadOnlyList<CatchUp> CatchUps)
{
    // Far below what one way takes, far above what a loaded machine needs: a call that waited for another site shows.
    private const double LocalMsMax = 40;
    private const double AboveDelayMsMax = 75;

    // While a site catches up, what the others write may depend on an update of its that comes by a slower way, or has to be asked for.
    private static readonly double DependencyMsMax = 2 * WideAreaPlan.DelayMs(1, 3);

    /// <summary>Throws unless sites are independent of each other, updates take as long as the way, and nothing is lost.</summary>
    public void MustBeSound()
    {
        foreach (var (phase, probe, above) in new[]
        {
            ("all is well", Well, AboveDelayMsMax),
            ("a site is cut off", Cut, AboveDelayMsMax),
            ("it catches up", CatchingUp, AboveDelayMsMax + DependencyMsMax),
            ("all is well again", After, AboveDelayMsMax),
        })
        {
            for (var i = 0; i < probe.Writes.Count; i++)
            {
                Assert.True(probe.Writes[i].At(0.5) < LocalMsMax, $"While {phase}, half of the writes at site {i + 1} take longer than {LocalMsMax} ms: {probe.Writes[i]}");
                Assert.True(probe.Reads[i].At(0.5) < LocalMsMax, $"While {phase}, half of the reads at site {i + 1} take longer than {LocalMsMax} ms: {probe.Reads[i]}");
            }

            foreach (var (pair, times) in probe.Visible)
            {
                var way = WideAreaPlan.DelayMs(pair.From, pair.To);
                Assert.True(times.At(0) >= way, $"An update came from site {pair.From} to site {pair.To} in less than the {way} ms that the way takes: {times.At(0)} ms. The lines are not what they should be.");
                Assert.True(times.At(0.5) < way + above, $"While {phase}, updates take {times} from site {pair.From} to site {pair.To}; the way takes {way} ms.");
            }
        }

        Assert.All(Connections, one => Assert.True(one.Value == 1, $"Site {one.Key.From} has {one.Value} connections to site {one.Key.To}."));
        Assert.All(CatchUps, one => Assert.True(one.Updates > 0, $"{one.What}: there was nothing to catch up with."));
        Chaos.MustBeSound();
    }
}
