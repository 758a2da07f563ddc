namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>
/// Both halves of the split screen, from one recorded arrival log. Left, the counterfactual: a store that shows each update when it
/// arrives. Right, what this store did. A function of the log: nothing is assumed and nothing is played.
/// </summary>
public sealed record SplitScreen(IReadOnlyList<ShownUpdate> OnArrival, IReadOnlyList<ShownUpdate> AsItRan)
{
    public static SplitScreen From(IReadOnlyList<ArrivalEntry> log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var missing = log.Where(entry => entry.Kind == "Buffer").GroupBy(entry => entry.Dot).ToDictionary(group => group.Key, group => group.First());
        var left = new List<ShownUpdate>();
        var right = new List<ShownUpdate>();
        foreach (var entry in log)
        {
            // A repeat of what has arrived changes nothing in either store.
            if (entry.Kind == "Arrive" && left.TrueForAll(shown => shown.Dot != entry.Dot))
            {
                var absent = missing.GetValueOrDefault(entry.Dot)?.Missing.Where(dot => left.TrueForAll(shown => shown.Dot != dot)).ToList() ?? [];
                left.Add(new ShownUpdate(entry.Dot, entry.Key, entry.T, absent, true, TimeSpan.Zero));
            }
            else if (entry.Kind == "Apply" && right.TrueForAll(shown => shown.Dot != entry.Dot))
            {
                var waited = missing.TryGetValue(entry.Dot, out var buffered) ? TimeSpan.FromMicroseconds(Math.Max(0, entry.T - buffered.T)) : TimeSpan.Zero;
                right.Add(new ShownUpdate(entry.Dot, entry.Key, entry.T, [], true, waited));
            }
        }

        // What waits stands behind what is visible: that is where it will appear.
        right.AddRange(missing.Values.Where(entry => right.TrueForAll(shown => shown.Dot != entry.Dot)).OrderBy(entry => entry.N)
            .Select(entry => new ShownUpdate(entry.Dot, entry.Key, entry.T, entry.Missing, false, TimeSpan.Zero)));
        return new SplitScreen(left, right);
    }
}
